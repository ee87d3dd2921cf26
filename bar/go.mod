module example.com/foobar/bar

go 1.26.0

replace example.com/foobar/telemetry => ../telemetry
