// Package initlog keeps the packages of OpenTelemetry from logging while they are initialized: before main runs there is no
// logger but the default one, which writes plain text, and they write what an environment variable holds. Package telemetry
// reads the same variables and says itself what is wrong with them.
//
// It works because Go initializes packages in the order of their import paths, each once all that it imports is ready: this
// one imports nothing but the standard library and comes before go.opentelemetry.io.
package initlog

import "log/slog"

var before = slog.SetLogLoggerLevel(slog.LevelError + 1)

// Restore lets the default logger write again.
func Restore() { slog.SetLogLoggerLevel(before) }
