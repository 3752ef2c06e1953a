"""The finder against V8: what a module imports, where regular expressions, divisions and templates are hard to tell."""

from __future__ import annotations

import json
import subprocess

from assetbuild.references import javascript
from requirements_of_tests import need

# Reads a list of modules, writes what each imports, or null for one that is no module.
ORACLE = """
import vm from "node:vm";
import { readFileSync } from "node:fs";
const imports = (text) => {
  try {
    const module = new vm.SourceTextModule(text);
    return module.moduleRequests?.map((one) => one.specifier) ?? module.dependencySpecifiers;
  } catch {
    return null;
  }
};
console.log(JSON.stringify(JSON.parse(readFileSync(0, "utf8")).map(imports)));
"""

MODULES = (
    "import a,{b as c}from\"./1.js\";import*as d from'./2.js';import'./3.js'",
    'import/**/{default as x}/*"y"*/from/**/"./1.js"/**/;',
    'import {"string name" as y} from "./1.js"; export {"s t" as z} from \'./2.js\'',
    'import j from "./1.json" with {type:"json"}; import "./2.css" with { type: \'css\' }',
    'let a=1,g=2;a=a/g;/import"no"/g.test("x");import"./1.js"',
    'let x=1;x++/2;"import \'./no.js\'";import"./1.js"',
    "let x=1;x++",
    'if(1)/"/.test("");import"./1.js"//"',
    'let f=()=>/`/;import"./1.js"//`',
    "let y=a=>a",
    "let z=typeof/'/;import\"./1.js\"//'",
    "let s=[.../'/.source];import\"./1.js\"//'",
    'let t=`a${`b${"}"}`}${/}`/}`;import"./1.js"',
    "let u=`\\`${'`'}`;import\"./1.js\"",
    'let o={import:1,get import(){return 1},from:2};o.import;o?.import;import"./1.js"',
    "class A{#import=1;static import(){}import(){}'import'=1;static{/'/}}import\"./1.js\"//'",
    "label:/'/;import\"./1.js\"//'",
    "let v={a:/'/};import\"./1.js\"//'",
    "let w=1;{}/'/;import\"./1.js\"//'",
    'let w2=({})/1;import"./1.js"',
    "function f(){}/'/;import\"./1.js\"//'",
    'let q=function(){}/1;import"./1.js"',
    'let b2=class{}/1/1;import"./1.js"',
    "async function h(){await/'/}import\"./1.js\"//'",
    "for(const x of/'/.source);import\"./1.js\"//'",
    'let of=1;of/1/1;import"./1.js"',
    'let get=1;get/1;import"./1.js"',
    'do/\'/;while(0)/"/.x;import"./1.js"//\'"',
    "while(0)/'/;import\"./1.js\"//'",
    'let m=(1)/1/(2);import"./1.js"',
    'let n=[1]/1/1;import"./1.js"',
    'let r=/[/\'"`]/;import"./1.js"',
    "let rr=/\\/'/v;import\"./1.js\"//'",
    "let rv=/[[a-z]--[']]/v;import\"./1.js\"//'",
    "import{a as from}from'./1.js'",
    "import from from'./1.js'",
    'import defer from"./1.js"',
    "import source from'./1.js'",
    '"./1.js"',
    'import"./\\u0061.js"',
    "let a;import'./1.js'",
    "export default/'/;import'./1.js'//'",
    "export default function(){}/'/;import'./1.js'//'",
    "export default class{}/'/;import'./1.js'//'",
    "export let e=/'/;import'./1.js'//'",
    "throw/'/;import'./1.js'//'",
    "let i2=1;i2",
    "++/'/.lastIndex;import'./1.js'//'",
    "let aa=1,bb=2,cc=3;aa/bb/cc;import'./1.js'",
    "void/'/;delete/'/.x;import'./1.js'",
    "let un=!/'/;import'./1.js'//'",
    "let nn=null;nn??/'/;import'./1.js'//'",
    "let x1=1?/'/:/\"/;import'./1.js'//'\"",
    "let re={}",
    "/'/;import'./1.js'//'",
    "switch(1){case/'/.x:break;default:/'/}import'./1.js'",
    "let $=1,$import=2,import$=3;$import/1;import'./1.js'",
    "let ünïcode=1;ünïcode/2/1;import'./1.js'",
    "import'./1.js';import.meta.url/1;import.meta",
    "a.b",
    "let tt=tag`x${1}`/1/1;function tag(){};import'./1.js'",
    "if(1){}else/'/;import'./1.js'//'",
    "let let2=this/1/1;super_/1;var super_;import'./1.js'",
    "0/1/1;1.5e3/1/1;0x1f/1;1n/1n;.5/1;import'./1.js'",
    "var x=a--/1;var a;import'./1.js'",
    "'use strict';/'/;import'./1.js'//'",
    "`${{}/1}`;`${(()=>{})()}/'`;import'./1.js'",
    "using/1;var using;import'./1.js'",
    "({async*[/'/](){}});import'./1.js'//'",
    "for(;;)/'/.x;import'./1.js'//'",
    "with_/1;var with_;import'./1.js'",
    "var yield_=1;yield_/1/1;import'./1.js'",
    "if(1)function_/1;var function_;import'./1.js'",
    "x=>{}",
    "/'/;import'./1.js'//'",
    "(x=>{})/1/1;import'./1.js'",
    "async()=>{}",
    "/'/.x;import'./1.js'//'",
    "var await_;import'./1.js';await/'/;//'",
    "()=>({})/1;import'./1.js'",
    "let p1={};p1.if/1/1;p1.return/1/1;p1.typeof/1;import'./1.js'",
    "let p2={if:1};p2?.if/1/1;import'./1.js'",
    "class B{#if=1;m(){return this.#if/1/1}}import'./1.js'",
    'let x=1;x++\n/2/1;import"./1.js"',
    'let y=a=>a\n/1/1;import"./1.js"',
    "function*g(){yield/'/;yield\n/'/}import\"./1.js\"//'",
    "class A{a=1\n/2/1;b=/'/}import\"./1.js\"//'",
    'import {a}from\n"./1.js"',
    'import"./\\x61\\\nb.js"',
    "export{a}\nlet a;import'./1.js'",
    "a.b\n/1/1;let a={};import'./1.js'",
    "({get/**/\nx(){return/'/}});import'./1.js'",
    "class C2{get=/'/;set=1;static=/'/;async\nx(){}}import'./1.js'",
)


def test_the_imports_found_are_those_of_v8() -> None:
    command = [need("node"), "--experimental-vm-modules", "--no-warnings", "--input-type=module", "--eval", ORACLE]
    ran = subprocess.run(command, input=json.dumps(MODULES), capture_output=True, text=True, check=True)
    for module, expected in zip(MODULES, json.loads(ran.stdout), strict=True):
        found = {found.written for found in javascript.find(module.encode()) if found.kind == "import"}
        assert (module, expected and sorted(expected)) == (module, sorted(found))
