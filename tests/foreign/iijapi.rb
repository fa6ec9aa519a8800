# The vendor's sample's way, with what Ruby brings and no gem: a config.rb says who calls, which action, with what; this signs and posts it.
#
#   ruby iijapi.rb config.rb
#
# HTTP 200 does not mean that it was done: an ErrorResponse is told and ends with status 1. Anything else than HTTP 200 is raised.
require "json"
require "net/http"
require "openssl"
require "uri"

load ARGV.fetch(0)

uri = URI("#{IIJAPI_ENDPOINT}/r/#{APIVERSION}/#{ACTION}.json")
signed = {
  "x-iijapi-Expire" => (Time.now + 3600).utc.strftime("%Y-%m-%dT%H:%M:%SZ"),
  "x-iijapi-SignatureMethod" => "HmacSHA256",
  "x-iijapi-SignatureVersion" => "2"
}
string_to_sign = [
  METHOD, "", CONTENTTYPEVALUE, *signed.map { |name, value| "#{name.downcase}:#{value}" }.sort, uri.path
].join("\n")
signature = [OpenSSL::HMAC.digest("SHA256", IIJAPI_SECRET_KEY, string_to_sign)].pack("m0")

http = Net::HTTP.new(uri.host, uri.port)
if uri.scheme == "https"
  http.use_ssl = true
  http.verify_mode = OpenSSL::SSL::VERIFY_NONE if IIJAPI_SSL_NO_VERIFY
end
headers = { "Content-Type" => CONTENTTYPEVALUE, "Authorization" => "IIJAPI #{IIJAPI_ACCESS_KEY}:#{signature}", **signed }
response = http.send_request(METHOD, uri.path, PARAMS, headers)
raise "HTTP #{response.code}: #{response.body}" unless response.is_a?(Net::HTTPOK)

answer = JSON.parse(response.body)
if answer.key?("ErrorResponse")
  error = answer["ErrorResponse"]
  puts "#{error['ErrorType']} #{error['ErrorMessage']}", error.fetch("ErrorDetail", {}).map { |name, type| "#{name} #{type}" }
  exit 1
end
puts JSON.generate(answer.fetch("#{ACTION}Response"))
