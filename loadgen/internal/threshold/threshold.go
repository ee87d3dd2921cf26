// Package threshold judges what a test came to: expressions such as "p(95)<500" on the metrics of a snapshot.
package threshold

import "time"

// Threshold is a condition on a metric.
type Threshold struct {
	// Expression is read by ParseExpression.
	Expression string
	// AbortOnFail ends the test when the threshold fails, not before DelayAbortEval has passed.
	AbortOnFail    bool
	DelayAbortEval time.Duration
}
