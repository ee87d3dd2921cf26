package wire

import "time"

var epoch = time.Now()

// Now is the instant on the monotonic clock that all instants of this package are read from. It begins near zero
// when the process starts.
func Now() time.Duration { return time.Since(epoch) }
