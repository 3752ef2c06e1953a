// Vite at the files that stand in vite-entries.json: node vite.mjs VITE ASSETS TARGET
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const [folder, root, outDir] = process.argv.slice(2).map((one) => resolve(one));
const { build } = await import(pathToFileURL(resolve(folder, 'node_modules/vite/dist/node/index.js')));
await build({
  root,
  configFile: false,
  publicDir: false,
  logLevel: 'error',
  base: '/static/',
  build: {
    outDir,
    emptyOutDir: true,
    manifest: true,
    minify: false,
    cssMinify: false,
    assetsInlineLimit: 0,
    modulePreload: false,
    reportCompressedSize: false,
    rolldownOptions: {
      input: JSON.parse(readFileSync('vite-entries.json', 'utf8')),
      preserveEntrySignatures: 'strict',
    },
  },
});
