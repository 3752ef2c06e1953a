# What Sprockets itself puts into bundles: `ruby sprockets_itself.rb ROOT PATHS ENTRIES`, lists joined by ",".
# Prints JSON: for each entry its files in order (relative to ROOT) and its source; for "links:NAME" what NAME links.
require "json"
require "logger"
require "sprockets"

root, paths, entries = ARGV
environment = Sprockets::Environment.new(root)
environment.logger = Logger.new(IO::NULL)
paths.split(",").each { |path| environment.append_path(path) }
environment.context_class.class_eval do
  def asset_path(path, _options = {})
    "/assets/#{path}"
  end
end

def file_of(uri, root)
  path = URI.decode_www_form_component(uri.sub(/\?.*/, "").delete_prefix("file://"))
  path.delete_prefix("#{root}/")
end

found = entries.split(",").to_h do |entry|
  begin
    asset = environment.find_asset(entry.delete_prefix("links:"))
    raise "no asset #{entry}" unless asset
    if entry.start_with?("links:")
      [entry, { "links" => asset.metadata[:links].map { |uri| file_of(uri, root) } }]
    else
      files = asset.metadata[:included].map { |uri| file_of(uri, root) }
      [entry, { "files" => files, "source" => asset.source }]
    end
  rescue StandardError => error
    [entry, { "error" => "#{error.class}: #{error.message}" }]
  end
end
puts JSON.generate(found)
