module example.com/foobar/loadgen

go 1.26.0
