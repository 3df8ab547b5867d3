package main

import (
	"os"
	"runtime/metrics"
	"strconv"
	"strings"
	"time"
)

// counters are what a process has used since it began. What the system does not tell is
// zero.
type counters struct {
	CPU          time.Duration // in user and system mode, of all threads
	Allocations  uint64        // objects on the heap
	AllocatedB   uint64        // their bytes
	Resident     int64         // bytes of memory held now
	MostResident int64         // and at the peak
}

func readCounters() counters {
	samples := []metrics.Sample{{Name: "/gc/heap/allocs:objects"}, {Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(samples)
	return counters{
		CPU:          processorTime(),
		Allocations:  samples[0].Value.Uint64(),
		AllocatedB:   samples[1].Value.Uint64(),
		Resident:     memory("VmRSS:"),
		MostResident: memory("VmHWM:"),
	}
}

// since returns what was used between earlier and c.
func (c counters) since(earlier counters) counters {
	c.CPU -= earlier.CPU
	c.Allocations -= earlier.Allocations
	c.AllocatedB -= earlier.AllocatedB
	return c
}

// memory reads a line of /proc/self/status, which Linux has (proc_pid_status(5)).
func memory(name string) (bytes int64) {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(status)) {
		if value, found := strings.CutPrefix(line, name); found {
			kilobytes, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(value), " kB"), 10, 64)
			if err != nil {
				return 0
			}
			return kilobytes << 10
		}
	}
	return 0
}
