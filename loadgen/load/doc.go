// Package load runs load tests: virtual users in scenarios, paced by executors, measured with k6's metrics. It prints
// nothing and knows no command line.
//
// # A test
//
// A [Test] has a function that each virtual user calls again and again, and [Options] that say how many users, how long or
// at which rate. This one lets 50 users buy something for a minute, and judges what they got:
//
//	test := &load.Test{
//		Options: load.Options{
//			VUs:        new(50),
//			Duration:   load.For(time.Minute),
//			Thresholds: load.Thresholds{"http_req_duration": {"p(95)<200"}},
//		},
//		Exec: func(vu *load.VU) error {
//			res := vu.Post("https://shop.example/orders", load.JSON(Order{Item: 7}), load.Header("Authorization", token))
//			vu.Check("is created", res.Status == 201)
//			vu.Sleep(time.Second)
//			return res.Err
//		},
//	}
//	result, err := test.Run(ctx)
//
// The error is one of the options; what was measured, and whether it was good enough, is in the [Result]. Package command
// gives the same test a command line, package loadtest runs it in a go test.
//
// Options are k6's, with its names and defaults. Pointers say whether one is set: new(50), load.For(time.Minute). A rate of
// arrivals, stages, and scenarios side by side or one after the other are Options too.
//
// # Requests
//
// [VU.Get], [VU.Post] and the others take any number of [Option] values: [Header], [Query], a body that is [JSON], a [Form],
// [Multipart] with files or any other ([Body]), and [Timeout], [MaxRedirects], [Expect], [Tags], [Name]. What is the same
// each time is made once with [NewRequest], and sent with [VU.Do] or, several at once, with [VU.Batch]. A plain Get and a
// request that was made once allocate nothing.
//
// A [Response] is never nil; Err says why there was none. It reads JSON ([Response.JSON], [Response.Value]) and is valid until
// the user's next request, unless [Response.Clone] keeps it. [VU.Cookies] and [VU.SetCookie] are the user's cookies.
//
// [Receive] reads a body while it comes, a long download or the events of a server, and [Upload] sends one out of an
// io.Reader; neither is held in memory.
//
// # Users
//
// An iteration that returns an error or panics has failed, which is counted, and the test goes on. A [PerUser] value stays
// with its user from one iteration to the next. What Setup returns is everybody's [Data]. [VU.Rand] has random numbers that
// are the same each time the test runs, and [VU.Context] ends with the iteration.
//
// When time is up, no iteration begins, and those under way have gracefulStop (30 s) to end. Then they are cut off: what is on
// the wire, Sleep and Context end, and the methods of [VU] end the iteration by a panic of their own. It must not be
// swallowed by a recover.
//
// # Measuring
//
// [VU.Check] counts what is right, [VU.Group] and [VU.Tag] say where it was, and a [Metric] of one's own measures anything else:
// a count, a rate, a time. Metrics take a fixed amount of memory, however long the test.
//
// While a test runs, [Run] has snapshots of its metrics, and stops it.
package load
