// A peer: goja behind Go's http, a new VM for each job, as ZITADEL has it in its own process.
//
//	goja SHIM SCRIPT NAME
//
// Prints its port when it listens, and ends with its input. Neither limited nor metered, and
// it knows no tenants. GOMAXPROCS says how many jobs run at a time.
package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"

	"github.com/dop251/goja"
)

func main() {
	program, err := compile(os.Args[1], os.Args[2], os.Args[3])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
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
