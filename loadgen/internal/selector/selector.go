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
	tags, length, problem := parseTags(rest)
	if problem == "" && strings.TrimSpace(rest[length:]) != "" {
		problem = "something follows the closing }"
	}
	if problem != "" {
		return Selector{}, selectorError(text, len(name)+1+length, problem)
	}
	s.Tags = tags
	return s, nil
}

// parseTags reads tags and the brace that closes them; length is theirs, or that of those before the one with a problem.
func parseTags(text string) (tags []metrics.Tag, length int, problem string) {
	for {
		tag, n, problem := parseTag(text[length:])
		if problem == "" {
			tags, problem = addTag(tags, tag)
		}
		if problem != "" {
			return nil, length, problem
		}
		length += n + 1
		if text[length-1] == '}' {
			return tags, length, ""
		}
	}
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
	tag.Value, length, problem = parseValue(text[colon+1:])
	return tag, colon + 1 + length, problem
}

// parseValue reads the value of a tag, in quotes or without.
func parseValue(text string) (value string, length int, problem string) {
	rest := strings.TrimLeft(text, " \t")
	if rest != "" && (rest[0] == '"' || rest[0] == '\'') {
		value, after, closed := strings.Cut(rest[1:], rest[:1])
		after = strings.TrimLeft(after, " \t")
		switch {
		case !closed:
			return "", 0, "a quote is not closed"
		case after == "" || after[0] != ',' && after[0] != '}':
			return "", 0, "a quoted value ends in , or }"
		}
		return value, len(text) - len(after), ""
	}
	end := strings.IndexAny(text, ",}")
	if end < 0 {
		return "", 0, "the closing } is missing"
	}
	return strings.TrimSpace(text[:end]), end, ""
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
