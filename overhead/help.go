package main

import "example.com/foobar/overhead/plan"

// usage is the answer to -h, above the list of flags.
var usage = `overhead measures what tracing costs a service: it runs the same programs in several cases, in shuffled rounds,
in fresh processes, and compares them round by round. Every run keeps a ledger of its spans; one that doesn't close is
void, so a broken Collector can't look cheap.

  overhead                                    the ladder: eight cases, ten rounds, about 25 minutes
  overhead -preset quick                      does it work, and is the cost large? Three minutes
  overhead -preset seed                       the demonstration's three cases, and its table
  overhead -precision 2% -max-rounds 30       go on until CPU is known to within 2 %, 30 rounds at most
  overhead -cases off,off-again,head-20       some of the cases
  overhead -limit foreign=50%                 on a busy machine: let other processes use half of it
  overhead -budget 'allocs<=+130,cpu<=+60%'   a gate for CI; allocations first, since they are nearly exact
  overhead -resume DIR -rounds 5              five rounds more, by the commands in the record in DIR: resume only your own
  overhead report DIR                         draw everything again from a record
  overhead report -format brief DIR           ten lines for a pull request; text, markdown, json, bench and html too
  overhead init > mine.yaml                   a commented experiment for a service of your own
  overhead -config mine.yaml                  run it

Presets (-preset):
` + plan.Explain() + `
Exit codes:
  0    done; within the budget if there is one
  1    something went wrong; the message says what
  97   a case, or a whole round, had no valid run; the gates say why
  98   -budget: inconclusive, or the noise is too great to judge
  99   -budget: over
  104  a flag or a plan that can't be used
  105  interrupted; what was measured is kept and reported

A budget is a list of [PROCESS.]METRIC[@CASE]<=+NUMBER[%], a comma between each: what a case may cost on top of the
baseline. It needs six rounds. Metrics: cpu user system background (µs a request), allocs bytes gc live rss peak wire switches, p50 p90 p95
p99 mean duration (ms). Without @CASE it holds for every case.

Flags:
`
