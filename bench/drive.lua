-- Sends prepared calls, each once (or one of them again and again), and counts what was acknowledged.
-- Arguments: a file (path, success, header lines, an empty line, then one body a line) and how many calls to send.
local ffi = require("ffi")
ffi.cdef[[
  typedef struct { long seconds; long nanoseconds; } moment;
  int clock_gettime(int clock, moment *now);
  int getpid(void);
  int kill(int process, int signal);
]]
local threads = {}
local bodies, first, headers, path, success, idle

local function now()
  local moment = ffi.new("moment")
  ffi.C.clock_gettime(1, moment)
  return tonumber(moment.seconds) + tonumber(moment.nanoseconds) / 1e9
end

function setup(thread)
  table.insert(threads, thread)
end

function init(args)
  bodies = io.open(args[1], "r")
  wanted = tonumber(args[2])
  sent, acknowledged, refused, began, ended = 0, 0, 0, 0, 0
  path, success, headers = bodies:read("*l"), bodies:read("*l"), {}
  for line in bodies:lines() do
    if line == "" then break end
    local name, value = line:match("^(.-): (.*)$")
    headers[name] = value
  end
  idle = wrk.format("GET", "/livez", headers, nil)
end

function request()
  if not tried then -- wrk asks once beforehand, and sends nothing of it
    tried = true
    return idle
  end
  if sent == wanted then return idle end -- until the last answers are in
  if sent == 0 then began = now() end
  sent = sent + 1
  local body = bodies:read("*l") or first
  first = first or body
  return wrk.format("POST", path, headers, body)
end

function response(status, _, body)
  if body:find(success, 1, true) then
    acknowledged = acknowledged + 1
  elseif not body:find('{"status":"ok"}', 1, true) then
    refused = refused + 1
    last_refused = body
  end
  if ended == 0 and acknowledged + refused == wanted then
    ended = now()
    wrk.thread:stop()
    ffi.C.kill(ffi.C.getpid(), 2) -- wrk sleeps through its whole duration otherwise
  end
end

function done(summary, latency)
  local thread = threads[1]
  io.write(string.format(
    '\n{"acknowledged": %d, "refused": %d, "seconds": %.6f, "p50_ms": %.3f, "p99_ms": %.3f, "worst_ms": %.3f}\n',
    thread:get("acknowledged"), thread:get("refused"), thread:get("ended") - thread:get("began"),
    latency:percentile(50) / 1000, latency:percentile(99) / 1000, latency.max / 1000))
  if thread:get("refused") > 0 then io.stderr:write(thread:get("last_refused"), "\n") end
end
