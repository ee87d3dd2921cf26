// Package telemetry is what the services foo and bar share: their command line, OpenTelemetry tracing with a ledger of
// every span, structured logs, an admin listener, and a server that starts and stops in order.
//
// It knows nothing of what a service answers: routes belong to foo and bar.
//
// # Tracing on and off
//
// Tracing is on unless OTEL_SDK_DISABLED is "true". Off means that nothing of OpenTelemetry is installed: [Service.Router]
// gets no tracing middleware, [Service.Transport] returns its argument, and there is no provider, propagator or
// exporter. The Go SDK doesn't implement that variable itself, and even a no-op provider under the middleware costs time
// and allocations on every request.
//
// Everything else comes from the standard variables that -h lists. They are checked before the SDK and its exporters read
// them from the process environment: a value that can't be used is taken out of it and a warning names the variable, never
// the value; an endpoint or certificate with which every span would be lost is an error. Two things differ from the SDK's
// defaults: the protocol is gRPC, and the endpoint http://$AGENT_HOSTNAME:4317, or http://localhost:4317 without
// AGENT_HOSTNAME, unless a standard variable names one; and W3C trace context and baggage are propagated.
//
// Secrets that the environment holds (headers of the exporter, passwords in URLs of endpoints and proxies) are left out
// of every line of log, whoever quotes them.
//
// # What can be measured
//
// The admin listener, off by default, serves Prometheus metrics of the Go runtime and the process, profiles, and the
// [Ledger]: how many spans were started, ended, exported, given up and dropped, with reasons. POST /flush makes the ledger
// exact, POST /gc tells the live heap. Requests are not counted here, since that would cost every request something that
// whoever sends them knows anyway. It refuses whoever asks by a foreign host name, and web pages of another origin.
//
// # Order of the end
//
// When the context of [Run] ends, the service turns not ready, keeps serving for the drain delay (none by default), stops
// accepting, lets running requests finish, sends what spans are left, again and again if need be, and returns. That takes five seconds at most after
// the drain delay, whatever the Collector does.
package telemetry
