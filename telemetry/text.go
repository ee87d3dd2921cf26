package telemetry

import (
	"slices"
	"strings"

	"go.opentelemetry.io/otel/attribute"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
)

// notUTF8 reports whether an export failed because of text that isn't UTF-8. Neither otelgin nor the SDK looks at what a
// client sends as path or User-Agent, and the encoder refuses a whole batch for one such span.
func notUTF8(err error) bool {
	return err != nil && strings.Contains(err.Error(), "invalid UTF-8")
}

// withValidText returns the spans with U+FFFD in the place of what isn't UTF-8.
func withValidText(spans []sdktrace.ReadOnlySpan) []sdktrace.ReadOnlySpan {
	valid := make([]sdktrace.ReadOnlySpan, len(spans))
	for i, span := range spans {
		valid[i] = validSpan{span}
	}
	return valid
}

type validSpan struct{ sdktrace.ReadOnlySpan }

func (s validSpan) Name() string { return validText(s.ReadOnlySpan.Name()) }

func (s validSpan) Attributes() []attribute.KeyValue {
	return validAttributes(s.ReadOnlySpan.Attributes())
}

func (s validSpan) Status() sdktrace.Status {
	status := s.ReadOnlySpan.Status()
	status.Description = validText(status.Description)
	return status
}

func (s validSpan) Events() []sdktrace.Event {
	events := slices.Clone(s.ReadOnlySpan.Events())
	for i, e := range events {
		events[i].Name, events[i].Attributes = validText(e.Name), validAttributes(e.Attributes)
	}
	return events
}

func (s validSpan) Links() []sdktrace.Link {
	links := slices.Clone(s.ReadOnlySpan.Links())
	for i, l := range links {
		links[i].Attributes = validAttributes(l.Attributes)
	}
	return links
}

func validAttributes(attributes []attribute.KeyValue) []attribute.KeyValue {
	valid := slices.Clone(attributes)
	for i, a := range valid {
		key := validText(string(a.Key))
		switch a.Value.Type() {
		case attribute.STRING:
			valid[i] = attribute.String(key, validText(a.Value.AsString()))
		case attribute.STRINGSLICE:
			texts := a.Value.AsStringSlice()
			for j := range texts {
				texts[j] = validText(texts[j])
			}
			valid[i] = attribute.StringSlice(key, texts)
		default:
			valid[i].Key = attribute.Key(key)
		}
	}
	return valid
}

func validText(text string) string { return strings.ToValidUTF8(text, "\ufffd") }
