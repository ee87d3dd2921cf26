// Package telemetry sets up OpenTelemetry for foo and bar.
package telemetry
