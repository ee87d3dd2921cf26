// Package selector reads and compares the names of metrics and sub-metrics, as the keys of thresholds are: http_reqs{scenario:buy}.
package selector

import (
	"fmt"
	"slices"
	"strings"

	"example.com/foobar/loadgen/metrics"
)

// Selector names a metric, or a sub-metric: the samples of Metric whose tags contain all of Tags.
type Selector struct {
	Metric string
	Tags   []metrics.Tag
}

// String writes the selector as Parse reads it.
func (s Selector) String() string {
	series := metrics.Series{Desc: metrics.Desc{Name: s.Metric}, Selector: s.Tags}
	return series.FullName()
}

// Equal says whether both name the same metric and tags, in whatever order.
func (s Selector) Equal(other Selector) bool {
	return s.Metric == other.Metric && len(s.Tags) == len(other.Tags) && s.Matches(other.Tags)
}

// Matches says whether tags hold all of the selector's.
func (s Selector) Matches(tags []metrics.Tag) bool {
	return !slices.ContainsFunc(s.Tags, func(t metrics.Tag) bool { return !slices.Contains(tags, t) })
}

// Parse reads the key of a threshold:
//
//	selector -> metric [ ws* "{" tag *( "," tag ) "}" ]
//	tag      -> ws* key ws* ":" ws* value ws*
//	value    -> '"' *any '"' | "'" *any "'" | any but , and }
//
// A key or value that holds a colon after the first belongs to the value, so that URLs need no quotes.
func Parse(text string) (Selector, error) {
	name, rest, tagged := strings.Cut(text, "{")
	s := Selector{Metric: strings.TrimSpace(name)}
	if !isMetric(s.Metric) {
		return Selector{}, selectorError(text, 0, "it does not begin with the name of a metric")
	}
	if !tagged {
		return s, nil
	}
	position := len(name) + 1
	for {
		tag, length, err := parseTag(rest)
		if err != "" {
			return Selector{}, selectorError(text, position, err)
		}
		if s.Tags, err = addTag(s.Tags, tag); err != "" {
			return Selector{}, selectorError(text, position, err)
		}
		position += length + 1
		end := rest[length]
		rest = rest[length+1:]
		if end == '}' {
			break
		}
	}
	if strings.TrimSpace(rest) != "" {
		return Selector{}, selectorError(text, position, "something follows the closing }")
	}
	return s, nil
}

// addTag adds a tag that is not there yet. Two values for one key are a problem: no sample has both.
func addTag(tags []metrics.Tag, tag metrics.Tag) (all []metrics.Tag, problem string) {
	for _, t := range tags {
		switch {
		case t == tag:
			return tags, ""
		case t.Key == tag.Key:
			return tags, fmt.Sprintf("the tag %s has two values", tag.Key)
		}
	}
	return append(tags, tag), ""
}

// parseTag reads one tag; length is up to the comma or brace that ends it.
func parseTag(text string) (tag metrics.Tag, length int, problem string) {
	colon := strings.IndexAny(text, ":,}")
	if colon < 0 || text[colon] != ':' {
		return metrics.Tag{}, 0, "a tag is key:value"
	}
	tag.Key = unquote(strings.TrimSpace(text[:colon]))
	if tag.Key == "" {
		return metrics.Tag{}, 0, "a tag has no key"
	}
	value := strings.TrimLeft(text[colon+1:], " \t")
	start := len(text) - len(value)
	if value != "" && (value[0] == '"' || value[0] == '\'') {
		end := strings.IndexByte(value[1:], value[0])
		if end < 0 {
			return metrics.Tag{}, 0, "a quote is not closed"
		}
		tag.Value = value[1 : end+1]
		after := strings.TrimLeft(value[end+2:], " \t")
		if after == "" || (after[0] != ',' && after[0] != '}') {
			return metrics.Tag{}, 0, "a quoted value ends in , or }"
		}
		return tag, len(text) - len(after), ""
	}
	end := strings.IndexAny(value, ",}")
	if end < 0 {
		return metrics.Tag{}, 0, "the closing } is missing"
	}
	tag.Value = strings.TrimSpace(value[:end])
	return tag, start + end, ""
}

func unquote(s string) string {
	if len(s) >= 2 && (s[0] == '"' || s[0] == '\'') && s[len(s)-1] == s[0] {
		return s[1 : len(s)-1]
	}
	return s
}

func selectorError(text string, position int, problem string) error {
	return fmt.Errorf("%q, position %d: %s; write a metric, or metric{tag:value,tag2:value2}", text, position+1, problem)
}

// isMetric says whether there can be a metric of that name.
func isMetric(name string) bool {
	return metrics.Desc{Name: name, Kind: metrics.Counter, Contains: metrics.Default}.Validate() == nil
}
