module example.com/foobar/foo

go 1.26.0

replace example.com/foobar/telemetry => ../telemetry
