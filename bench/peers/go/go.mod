module bench

go 1.19

require github.com/Microsoft/go-winio v0.6.1
