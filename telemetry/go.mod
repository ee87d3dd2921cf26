module example.com/foobar/telemetry

go 1.26.0
