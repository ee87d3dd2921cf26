package load

import "sync"

// memory keeps answers by what they follow from, for all users of a run, in a bounded amount of memory: room answers at most
// (0: maxKept) whose texts have maxText bytes together. Its zero value is ready for use.
type memory[K comparable, V any] struct {
	room int
	mu   sync.RWMutex
	m    map[K]V
	text int
	full bool
}

// find looks an answer up.
func (m *memory[K, V]) find(key K) (V, bool) {
	m.mu.RLock()
	v, ok := m.m[key]
	m.mu.RUnlock()
	return v, ok
}

// keep keeps an answer, whose key has so many bytes of text, while there is room, and says whether it did. It returns the
// answer that was there first. A key that would take the room of many is not kept.
func (m *memory[K, V]) keep(key K, text int, v V) (V, bool) {
	if text > maxText/64 {
		return v, false
	}
	m.mu.RLock()
	full := m.full
	m.mu.RUnlock()
	if full {
		return v, false
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if first, ok := m.m[key]; ok {
		return first, true
	}
	if m.m == nil {
		m.m = map[K]V{}
	}
	room := m.room
	if room == 0 {
		room = maxKept
	}
	if m.full = len(m.m) >= room || m.text+text > maxText; m.full {
		return v, false
	}
	m.m[key] = v
	m.text += text
	return v, true
}

// recall looks an answer up, or makes it and keeps it.
func (m *memory[K, V]) recall(key K, text int, create func() V) V {
	v, ok := m.find(key)
	if !ok {
		v, _ = m.keep(key, text, create())
	}
	return v
}
