module actionsd/benchmarks/goja

go 1.19

require github.com/dop251/goja v0.0.0-20240220182346-e401ed450204
