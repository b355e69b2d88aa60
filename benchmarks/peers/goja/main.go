// A peer: goja behind Go's http, a new VM for each job, as ZITADEL has it in its own process.
//
//	goja SHIM SCRIPT NAME
//	goja SHIM SCRIPT NAME CONTEXT SECONDS
//
// The first prints its port when it listens, and ends with its input. Neither limited nor
// metered, and it knows no tenants. GOMAXPROCS says how many jobs run at a time. The second
// listens nowhere: it runs one job after another, and prints what they cost.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"syscall"
	"time"

	"github.com/dop251/goja"
)

func main() {
	program, err := compile(os.Args[1], os.Args[2], os.Args[3])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	if len(os.Args) > 4 {
		if err := loop(program, os.Args[4], os.Args[5]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	go func() {
		io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)
	http.Serve(listener, http.HandlerFunc(func(response http.ResponseWriter, request *http.Request) {
		context, err := io.ReadAll(request.Body)
		outcome := ""
		if err == nil {
			outcome, err = run(program, string(context))
		}
		if err != nil {
			http.Error(response, err.Error(), http.StatusInternalServerError)
			return
		}
		response.Header().Set("Content-Length", fmt.Sprint(len(outcome)))
		io.WriteString(response, outcome)
	}))
}

func loop(program *goja.Program, file, length string) error {
	context, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	seconds, err := strconv.ParseFloat(length, 64)
	if err != nil {
		return err
	}
	outcome, err := run(program, string(context))
	if err != nil {
		return err
	}
	calls, cpu, begun := 0, cpuSeconds(), time.Now()
	for time.Since(begun).Seconds() < seconds {
		if _, err := run(program, string(context)); err != nil {
			return err
		}
		calls++
	}
	spent := (cpuSeconds() - cpu) * 1e6 / float64(calls)
	return json.NewEncoder(os.Stdout).Encode(map[string]any{"cpu_us": spent, "calls": calls, "outcome": json.RawMessage(outcome)})
}

// Of the whole process: goja's garbage is collected on other threads.
func cpuSeconds() float64 {
	var usage syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &usage)
	return float64(usage.Utime.Nano()+usage.Stime.Nano()) / 1e9
}

func compile(shim, script, name string) (*goja.Program, error) {
	first, err := os.ReadFile(shim)
	if err != nil {
		return nil, err
	}
	second, err := os.ReadFile(script)
	if err != nil {
		return nil, err
	}
	return goja.Compile(name, fmt.Sprintf("%s\n%s\nrun(%s, context);", first, second, name), false)
}

func run(program *goja.Program, context string) (string, error) {
	vm := goja.New()
	vm.Set("context", context)
	vm.Set("fetchNow", func(url string) string {
		response, err := http.Get(url)
		if err != nil {
			panic(vm.NewGoError(err))
		}
		defer response.Body.Close()
		body, err := io.ReadAll(response.Body)
		if err != nil {
			panic(vm.NewGoError(err))
		}
		return string(body)
	})
	outcome, err := vm.RunProgram(program)
	if err != nil {
		return "", err
	}
	return outcome.String(), nil
}
