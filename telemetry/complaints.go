package telemetry

import (
	"errors"
	"log/slog"
	"time"

	"github.com/go-logr/logr"
	"go.opentelemetry.io/otel"
)

const (
	remindAfter = 10 * time.Minute // how often the log repeats that spans still can't be sent
	maxReason   = 1 << 10          // bytes of an error in the log: a Collector's answer may be a whole page
)

// complaints logs the errors of OpenTelemetry: the first of a kind, then a rare reminder, and the recovery.
type complaints struct {
	log  *slog.Logger
	said Throttle
}

// newComplaints makes the log the one place where OpenTelemetry's errors and messages go, for the whole process.
func newComplaints(log *slog.Logger) *complaints {
	c := &complaints{log: log, said: Throttle{Period: remindAfter}}
	otel.SetErrorHandler(c)
	otel.SetLogger(logr.FromSlogHandler(log.Handler()))
	return c
}

// Handle implements otel.ErrorHandler.
func (c *complaints) Handle(err error) {
	if err == nil {
		return
	}
	var export *ExportError
	if errors.As(err, &export) {
		if skipped, ok := c.said.Allow("export", time.Now()); ok {
			c.log.Warn("can't send spans; serving on, and saying so again only rarely", "error", clip(export.Err.Error()),
				"spans_lost", export.Lost, "failures_not_logged", skipped)
		}
		return
	}
	if skipped, ok := c.said.Allow(err.Error(), time.Now()); ok {
		c.log.Warn("tracing", "error", clip(err.Error()), "repeats_not_logged", skipped)
	}
}

func (c *complaints) recovered() {
	if skipped, said := c.said.Forget("export"); said {
		c.log.Info("spans are sent again", "failures_not_logged", skipped)
	}
}

func clip(text string) string {
	if len(text) <= maxReason {
		return text
	}
	return text[:maxReason] + "..."
}
