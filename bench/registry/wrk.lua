-- Asks for the paths of a file, one after the other and again from the start: wrk … -s wrk.lua URL -- PATHS ACCEPT
local requests = {}
local at = 0

function init(args)
  wrk.headers["Accept"] = args[2]
  for path in io.lines(args[1]) do
    requests[#requests + 1] = wrk.format("GET", path)
  end
end

function request()
  at = at % #requests + 1
  return requests[at]
end

function done(summary)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  io.write(string.format('\n{"answers": %d, "us": %d, "failed": %d}\n', summary.requests, summary.duration, failed))
end
