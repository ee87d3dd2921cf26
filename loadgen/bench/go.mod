module example.com/foobar/loadgen/bench

go 1.26.0
