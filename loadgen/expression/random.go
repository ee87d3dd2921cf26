package expression

import (
	"encoding/hex"
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/tidwall/gjson"
)

// randomInt is a whole number from the first to the second, both included.
func randomInt(args []Eval) Eval {
	return func(e Env) (Value, error) {
		from, err := wholeOf(args[0], e, "random.int")
		if err != nil {
			return Value{}, err
		}
		to, err := wholeOf(args[1], e, "random.int")
		if err != nil {
			return Value{}, err
		}
		if from > to {
			return Value{}, fmt.Errorf("random.int(%d,%d): the first is greater than the second", from, to)
		}
		return NumberOf(float64(from) + float64(e.Rand().Uint64N(uint64(to-from)+1))), nil
	}
}

// randomFloat is a number from the first, 0, up to the second, 1, which is not among them.
func randomFloat(args []Eval) Eval {
	return func(e Env) (Value, error) {
		bounds := [2]float64{0, 1}
		for i, arg := range args {
			f, err := numberOf(arg, e, "random.float")
			if err != nil {
				return Value{}, err
			}
			bounds[i] = f
		}
		return finite(bounds[0] + e.Rand().Float64()*(bounds[1]-bounds[0]))
	}
}

func randomBool(args []Eval) Eval {
	return func(e Env) (Value, error) {
		share := 0.5
		if len(args) > 0 {
			var err error
			if share, err = numberOf(args[0], e, "random.bool"); err != nil {
				return Value{}, err
			}
		}
		return BoolOf(e.Rand().Float64() < share), nil
	}
}

// pickOne is one of the arguments.
func pickOne(args []Eval) Eval {
	return func(e Env) (Value, error) { return args[e.Rand().IntN(len(args))](e) }
}

// randomItem is one of a list, or the one argument if that is none.
func randomItem(args []Eval) Eval {
	return func(e Env) (Value, error) {
		v, err := needed(args[0], e)
		if err != nil {
			return v, err
		}
		items, isList := v.Items()
		switch {
		case !isList:
			return v, nil
		case len(items) == 0:
			return Value{}, errors.New("random.item of an empty list")
		}
		return items[e.Rand().IntN(len(items))], nil
	}
}

// Items are the values of a list, or of a text that is a list in JSON; isList is false of all else.
func (v Value) Items() (items []Value, isList bool) {
	if v.kind < Text || v.kind == Text && !gjson.Valid(v.text) {
		return nil, false
	}
	list := gjson.Parse(v.text)
	if !list.IsArray() {
		return nil, false
	}
	list.ForEach(func(_, value gjson.Result) bool {
		items = append(items, resultOf(value, ""))
		return true
	})
	return items, true
}

// members is how many values a list or an object has.
func (v Value) members() (n int) {
	gjson.Parse(v.text).ForEach(func(_, _ gjson.Result) bool {
		n++
		return true
	})
	return n
}

const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

// maxRandomText is the most characters of a random text.
const maxRandomText = 1 << 20

func randomText(args []Eval) Eval {
	return func(e Env) (Value, error) {
		n, err := wholeOf(args[0], e, "random.text")
		if err != nil {
			return Value{}, err
		}
		if n < 0 || n > maxRandomText {
			return Value{}, fmt.Errorf("random.text(%d): want a number from 0 to %d", n, maxRandomText)
		}
		alphabet := letters
		if len(args) > 1 {
			v, err := needed(args[1], e)
			if err != nil {
				return v, err
			}
			if alphabet = v.String(); alphabet == "" {
				return Value{}, errors.New("random.text of no letters")
			}
		}
		return TextOf(drawText(e, n, alphabet)), nil
	}
}

func drawText(e Env, n int, alphabet string) string {
	random := e.Rand()
	if utf8.RuneCountInString(alphabet) == len(alphabet) {
		b := make([]byte, n)
		for i := range b {
			b[i] = alphabet[random.IntN(len(alphabet))]
		}
		return string(b)
	}
	all, drawn := []rune(alphabet), make([]rune, n)
	for i := range drawn {
		drawn[i] = all[random.IntN(len(all))]
	}
	return string(drawn)
}

// uuid is a random UUID (RFC 9562, version 4).
func uuid(e Env) (Value, error) {
	var id [16]byte
	a, b := e.Rand().Uint64(), e.Rand().Uint64()
	for i := range 8 {
		id[i], id[8+i] = byte(a>>(8*i)), byte(b>>(8*i))
	}
	id[6], id[8] = id[6]&0x0f|0x40, id[8]&0x3f|0x80
	var text [36]byte
	at := 0
	for i, n := range []int{4, 2, 2, 2, 6} {
		if i > 0 {
			text[at] = '-'
			at++
		}
		from := []int{0, 4, 6, 8, 10}[i]
		at += hex.Encode(text[at:], id[from:from+n])
	}
	return TextOf(string(text[:])), nil
}
