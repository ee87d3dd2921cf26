package load

import "sync"

// cache keeps answers by what they follow from, for all users of a run, in a bounded amount of memory: room answers at most
// (0: maxKept) whose texts have maxText bytes together. Its zero value is ready for use.
type cache[K comparable, V any] struct {
	room int
	mu   sync.RWMutex
	m    map[K]V
	text int
	full bool
}

// get looks an answer up.
func (m *cache[K, V]) get(key K) (V, bool) {
	m.mu.RLock()
	v, ok := m.m[key]
	m.mu.RUnlock()
	return v, ok
}

// add keeps an answer, whose key has so many bytes of text, while there is room, and says whether it did. It returns the
// answer that was there first. A key that would take the room of many is not kept.
func (m *cache[K, V]) add(key K, text int, v V) (V, bool) {
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

// getOrAdd looks an answer up, or makes it and keeps it.
func (m *cache[K, V]) getOrAdd(key K, text int, create func() V) V {
	v, ok := m.get(key)
	if !ok {
		v, _ = m.add(key, text, create())
	}
	return v
}
