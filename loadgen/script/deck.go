package script

import (
	"math/rand/v2"
	"sync"
)

// deck gives the numbers of rows in an order that is another in each round, by the seed. All users draw from it.
type deck struct {
	seed func() uint64

	mu     sync.Mutex
	rounds [2]round // the last two: a user may be late with the end of the one before
}

// round is the order of one round.
type round struct {
	number uint64
	cards  []int
}

// card is the row with the number i, of n in each round.
func (d *deck) card(i, n uint64) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	number := i / n
	r := &d.rounds[number%2]
	if r.cards == nil || r.number != number {
		r.number, r.cards = number, rand.New(rand.NewPCG(d.seed(), number)).Perm(int(n))
	}
	return r.cards[i%n]
}
