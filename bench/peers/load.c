/*
 * The load generator: clients on one completion port with skip mode, one
 * thread, the same for all servers.
 *
 *     load.exe TRANSPORT WORKLOAD ADDRESS CONNECTIONS SIZE WARM_MS RUN_MS PID
 *
 * TRANSPORT is "pipe", "message" or "tcp". WORKLOAD is
 *   echo     each client writes SIZE bytes and waits for as many
 *   in       each client writes SIZE bytes again and again
 *   out      each client reads; SIZE bytes are one operation
 *   connect  one client after the other: connect, a byte there and back, close
 *   paced-N  as echo, but each client is silent for N ms after each answer
 *   idle     all clients connect and are silent
 *   talked   all clients connect, echo some messages, and are silent
 * PID is the server's process. It prints one line of JSON: what was done after
 * the first WARM_MS milliseconds, and what the server has spent on it.
 */
#include "iocp.h"
#include <psapi.h>

#define BUFFER_SIZE 65536
#define CONNECT_PATIENCE_MS 60000
#define BUSY_PATIENCE_MS 10000
#define TALK_PATIENCE_MS 90000
#define SUB_BUCKETS 16
#define TALK_ROUNDS 3
#define OWN_BUFFERS 256		/* more clients than these share one */

enum workload {
	ECHO,
	INWARD,
	OUTWARD,
	CONNECT,
	PACED,
	IDLE,
	TALKED,
};

struct client {
	struct stream stream;	/* first: its packets have this address */
	struct stream answer;	/* reads while a message is being written */
	int writing;		/* what the last operation was */
	int rounds;		/* that are done */
	DWORD rest;		/* bytes of the answer that are to come */
	LONGLONG started;	/* when the round trip began */
};

struct usage {
	double user;		/* seconds */
	double system;		/* seconds */
	SIZE_T resident;	/* bytes */
	SIZE_T peak;		/* bytes */
};

static enum transport transport;
static enum workload workload;
static const char *address;
static DWORD size;
static DWORD room;		/* bytes of a buffer */
static DWORD pause_ms;		/* of silence between messages */
static HANDLE server;
static struct client *paced;	/* the one that is silent now */
static int talking;		/* clients that are not yet silent */
static int served;		/* clients that have got an answer */
static LONGLONG frequency;
static LONGLONG bytes_moved;
static LONGLONG operations;
static LONGLONG busy;
static LONGLONG round_trips;
static unsigned int histogram[64 * SUB_BUCKETS];

static LONGLONG now(void)
{
	LARGE_INTEGER ticks;

	QueryPerformanceCounter(&ticks);
	return ticks.QuadPart;
}

static LONGLONG ticks_of(DWORD milliseconds)
{
	return milliseconds * frequency / 1000;
}

/* Counts a round trip: 16 buckets for each power of two of its time. */
static void record(LONGLONG ticks)
{
	ULONGLONG tenths = (ULONGLONG)(ticks * 10000000 / frequency) | 1;
	int power = 63 - __builtin_clzll(tenths);
	int sub = power < 4 ? 0 : (int)(tenths >> (power - 4)) & 15;

	histogram[power * SUB_BUCKETS + sub]++;
	round_trips++;
}

/* Microseconds that a share of the round trips has not exceeded. */
static double percentile(double share)
{
	LONGLONG wanted = (LONGLONG)(share * (double)round_trips);
	int i;

	if (round_trips == 0)
		return 0;
	for (i = 0; i < 64 * SUB_BUCKETS - 1 && wanted >= histogram[i]; i++)
		wanted -= histogram[i];
	return (double)(1ULL << (i / SUB_BUCKETS)) *
	       (1 + (i % SUB_BUCKETS) / (double)SUB_BUCKETS) / 10;
}

static void forget_counts(void)
{
	memset(histogram, 0, sizeof(histogram));
	round_trips = 0;
	bytes_moved = 0;
	operations = 0;
	busy = 0;
}

static double seconds_of(FILETIME time)
{
	ULARGE_INTEGER hundreds;

	hundreds.LowPart = time.dwLowDateTime;
	hundreds.HighPart = time.dwHighDateTime;
	return (double)hundreds.QuadPart / 1e7;
}

static struct usage server_usage(void)
{
	FILETIME created, exited, kernel, user;
	PROCESS_MEMORY_COUNTERS memory = { .cb = sizeof(memory) };

	if (!GetProcessTimes(server, &created, &exited, &kernel, &user) ||
	    !GetProcessMemoryInfo(server, &memory, sizeof(memory)))
		die("look at the server", GetLastError());
	return (struct usage) {
		seconds_of(user), seconds_of(kernel),
		memory.WorkingSetSize, memory.PeakWorkingSetSize,
	};
}

static BOOL wait_for_pipe(DWORD code, DWORD waited_ms)
{
	if (code == ERROR_PIPE_BUSY) {
		busy++;
		WaitNamedPipeA(address, BUSY_PATIENCE_MS);
		return waited_ms < BUSY_PATIENCE_MS;
	}
	if (code != ERROR_FILE_NOT_FOUND)
		return FALSE;
	Sleep(10);
	return waited_ms < CONNECT_PATIENCE_MS;
}

static HANDLE open_pipe(DWORD flags)
{
	ULONGLONG since = GetTickCount64();
	DWORD code, before = 0;
	HANDLE pipe;

	for (;;) {
		pipe = CreateFileA(address, GENERIC_READ | GENERIC_WRITE, 0,
				   NULL, OPEN_EXISTING, flags |
				   SECURITY_SQOS_PRESENT |
				   SECURITY_IDENTIFICATION, NULL);
		if (pipe != INVALID_HANDLE_VALUE)
			return pipe;
		code = GetLastError();
		if (code != before)
			since = GetTickCount64();	/* another wait */
		before = code;
		if (!wait_for_pipe(code, (DWORD)(GetTickCount64() - since)))
			die("connect to the pipe", code);
	}
}

static HANDLE open_stream_pipe(void)
{
	HANDLE pipe = open_pipe(FILE_FLAG_OVERLAPPED);
	DWORD mode = PIPE_READMODE_MESSAGE;

	if (transport == MESSAGE &&
	    !SetNamedPipeHandleState(pipe, &mode, NULL, NULL))
		die("read messages", GetLastError());
	return pipe;
}

/* A reset at the end leaves no TIME_WAIT behind. */
static HANDLE open_tcp(void)
{
	struct sockaddr_in remote = loopback(address);
	struct linger reset = { 1, 0 };
	ULONGLONG since = GetTickCount64();
	SOCKET s = open_socket();

	while (connect(s, (struct sockaddr *)&remote, sizeof(remote))) {
		if (WSAGetLastError() != WSAECONNREFUSED ||
		    GetTickCount64() - since > CONNECT_PATIENCE_MS)
			die("connect to the port", WSAGetLastError());
		closesocket(s);
		Sleep(10);
		s = open_socket();
	}
	send_without_delay(s);
	setsockopt(s, SOL_SOCKET, SO_LINGER, (char *)&reset, sizeof(reset));
	return (HANDLE)s;
}

static enum outcome next_round(struct client *c)
{
	c->writing = 1;
	c->rest = size;
	c->started = now();
	return start_write(&c->stream, size);
}

static void count_round(struct client *c)
{
	record(now() - c->started);
	served += c->rounds++ == 0;
	operations++;
	bytes_moved += size;
}

/* Who is silent has no operation that pends. */
static enum outcome after_round(struct client *c)
{
	count_round(c);
	if (workload == ECHO)
		return next_round(c);
	if (workload == PACED) {
		paced = c;
		return PENDING;
	}
	if (c->rounds < TALK_ROUNDS)
		return next_round(c);
	talking--;
	return PENDING;
}

static enum outcome next_echo_step(struct client *c)
{
	if (c->writing) {
		c->writing = 0;
		return start_read(&c->stream, BUFFER_SIZE);
	}
	c->rest -= c->stream.bytes;
	if (c->rest > 0)
		return start_read(&c->stream, BUFFER_SIZE);
	return after_round(c);
}

static BOOL echoes(void)
{
	return workload == ECHO || workload == PACED || workload == TALKED;
}

static enum outcome next_step(struct client *c)
{
	if (echoes())
		return next_echo_step(c);
	bytes_moved += c->stream.bytes;
	if (workload == INWARD)
		return start_write(&c->stream, size);
	return start_read(&c->stream, BUFFER_SIZE);
}

static enum outcome first_step(struct client *c)
{
	if (echoes())
		return next_round(c);
	return next_step(c);
}

static void check(enum outcome outcome)
{
	if (outcome == FAILED)
		die("go on: the server has closed", ERROR_BROKEN_PIPE);
}

static void advance(struct client *c, enum outcome outcome)
{
	int steps;

	for (steps = 0; outcome == DONE && steps < MAX_STEPS; steps++)
		outcome = next_step(c);
	check(outcome);
	if (outcome == DONE)
		defer(&c->stream);
}

static void moved(struct operation *op, enum outcome outcome)
{
	struct client *c = (struct client *)op;

	if (outcome == DONE)
		outcome = stream_outcome(&c->stream, outcome);
	advance(c, outcome);
}

/*
 * A message that is larger than a buffer of the server comes back while it is
 * being written: a client that only wrote would wait for the server for ever,
 * and the server for it.
 */
static BOOL duplex(void)
{
	return workload == ECHO && size > BUFFER_SIZE;
}

static void read_answer(struct client *c)
{
	enum outcome outcome = DONE;

	while (outcome == DONE && c->rest > 0) {
		outcome = start_read(&c->answer, c->rest);
		check(outcome);
		if (outcome == DONE)
			c->rest -= c->answer.bytes;
	}
}

/* Goes on until an operation pends, then gives the others their turn. */
static void exchange(struct client *c)
{
	enum outcome outcome;
	int rounds;

	for (rounds = 0; !c->writing && c->rest == 0; rounds++) {
		if (rounds == MAX_STEPS) {
			c->writing = 1;
			defer(&c->stream);
			return;
		}
		if (c->started)
			count_round(c);
		outcome = next_round(c);
		check(outcome);
		c->writing = outcome == PENDING;
		read_answer(c);
	}
}

static void sent(struct operation *op, enum outcome outcome)
{
	struct client *c = (struct client *)op;

	check(outcome);
	c->writing = 0;
	exchange(c);
}

static void answered(struct operation *op, enum outcome outcome)
{
	struct client *c = CONTAINING_RECORD(op, struct client, answer.op);

	if (outcome == DONE)
		outcome = stream_outcome(&c->answer, outcome);
	check(outcome);
	c->rest -= c->answer.bytes;
	read_answer(c);
	exchange(c);
}

static void start_client(struct client *c)
{
	if (duplex())
		exchange(c);
	else
		advance(c, first_step(c));
}

/* Nobody looks at what has come, so many clients may share a buffer. */
static char *buffer_for(int clients)
{
	static char *shared;

	if (clients <= OWN_BUFFERS)
		return allocate(room);
	if (!shared)
		shared = allocate(room);
	return shared;
}

static struct client *open_client(int clients)
{
	struct client *c = allocate(sizeof(*c));

	c->stream.op.ended = duplex() ? sent : moved;
	c->stream.transport = transport;
	c->stream.handle = transport == TCP ? open_tcp() : open_stream_pipe();
	c->stream.buffer = workload == IDLE ? NULL : buffer_for(clients);
	c->answer = c->stream;
	c->answer.op.ended = answered;
	associate(c->stream.handle);
	return c;
}

/* Opens clients, and starts those that are not silent. */
static void open_clients(int count)
{
	struct client **clients = allocate(sizeof(*clients) * count);
	int i;

	for (i = 0; i < count; i++)
		clients[i] = open_client(count);
	talking += workload == TALKED ? count : 0;
	for (i = 0; i < count && workload != IDLE; i++)
		start_client(clients[i]);
	free(clients);
}

static void ask_pipe(void)
{
	HANDLE pipe = open_pipe(0);
	char byte = 1;
	DWORD count;

	if (!WriteFile(pipe, &byte, 1, &count, NULL) ||
	    !ReadFile(pipe, &byte, 1, &count, NULL))
		die("get a byte back", GetLastError());
	CloseHandle(pipe);
}

static void ask_tcp(void)
{
	SOCKET s = (SOCKET)open_tcp();
	char byte = 1;

	if (send(s, &byte, 1, 0) != 1 || recv(s, &byte, 1, 0) != 1)
		die("get a byte back", WSAGetLastError());
	closesocket(s);
}

static void connect_and_close(void)
{
	LONGLONG started = now();

	if (transport == TCP)
		ask_tcp();
	else
		ask_pipe();
	record(now() - started);
	operations++;
	bytes_moved++;
}

static DWORD milliseconds_to(LONGLONG time)
{
	LONGLONG rest = time - now();

	return rest <= 0 ? 0 : (DWORD)(rest * 1000 / frequency) + 1;
}

/* Nobody has anything to say until the silence is over. */
static void be_silent(void)
{
	LONGLONG end = now() + ticks_of(pause_ms);
	struct client *c = paced;

	paced = NULL;
	while (now() < end)
		turn(milliseconds_to(end));
	advance(c, next_round(c));
}

/* Works for some time; returns the seconds it took. */
static double work(DWORD milliseconds)
{
	LONGLONG begin = now();
	LONGLONG end = begin + ticks_of(milliseconds);
	LONGLONG time;

	for (time = begin; time < end; time = now()) {
		if (workload == CONNECT)
			connect_and_close();
		else if (paced)
			be_silent();
		else
			turn(milliseconds_to(end));
	}
	return (double)(time - begin) / (double)frequency;
}

static void finish_counts(void)
{
	if (workload == INWARD || workload == OUTWARD)
		operations = bytes_moved / size;
	if (operations == 0)
		die("get an answer", WAIT_TIMEOUT);
}

static void print_result(double seconds, struct usage a, struct usage b)
{
	printf("{\"operations\":%lld,\"bytes\":%lld,\"seconds\":%.6f,",
	       operations, bytes_moved, seconds);
	printf("\"userSeconds\":%.6f,\"systemSeconds\":%.6f,",
	       b.user - a.user, b.system - a.system);
	printf("\"residentBefore\":%llu,\"resident\":%llu,\"peak\":%llu,",
	       a.resident, b.resident, b.peak);
	printf("\"busy\":%lld,\"p50\":%.1f,\"p99\":%.1f,\"p999\":%.1f}\n",
	       busy, percentile(0.5), percentile(0.99), percentile(0.999));
}

/* Opens clients, and waits until all are silent, and the server has rested. */
static double open_silent_clients(int count, DWORD settle_ms)
{
	LONGLONG end = now() + ticks_of(TALK_PATIENCE_MS);

	open_clients(count);
	while (talking > 0 && now() < end)
		turn(milliseconds_to(end));
	if (talking > 0)
		die("get all answers", WAIT_TIMEOUT);
	return work(settle_ms);
}

/* What the server spends while all are silent includes the connecting. */
static void measure_idle(int connections, DWORD settle_ms)
{
	struct usage before;
	double seconds;

	open_silent_clients(1, settle_ms);
	before = server_usage();
	seconds = open_silent_clients(connections, settle_ms);
	print_result(seconds, before, server_usage());
}

/* A server may have much to load when its first clients are there. */
static void wait_for_service(int clients)
{
	LONGLONG end = now() + ticks_of(TALK_PATIENCE_MS);

	while ((echoes() ? served < clients : bytes_moved == 0) && now() < end)
		if (paced)
			be_silent();
		else
			turn(milliseconds_to(end));
}

static void measure(int connections, DWORD warm_ms, DWORD run_ms)
{
	struct usage before;
	double seconds;

	if (workload != CONNECT) {
		open_clients(connections);
		wait_for_service(connections);
	}
	work(warm_ms);
	forget_counts();
	before = server_usage();
	seconds = work(run_ms);
	finish_counts();
	print_result(seconds, before, server_usage());
}

static enum workload parse_workload(const char *name)
{
	static const char *const names[] = {
		"echo", "in", "out", "connect", "paced-", "idle", "talked",
	};
	int i;

	if (!strncmp(name, names[PACED], strlen(names[PACED]))) {
		pause_ms = (DWORD)atoi(name + strlen(names[PACED]));
		return PACED;
	}
	for (i = 0; i <= TALKED; i++)
		if (!strcmp(name, names[i]))
			return (enum workload)i;
	die("run this workload", ERROR_INVALID_PARAMETER);
	return IDLE;
}

static void prepare(char **argv)
{
	LARGE_INTEGER ticks;

	QueryPerformanceFrequency(&ticks);
	frequency = ticks.QuadPart;
	transport = parse_transport(argv[1]);
	workload = parse_workload(argv[2]);
	address = argv[3];
	size = (DWORD)atoi(argv[5]);
	room = size > BUFFER_SIZE ? size : BUFFER_SIZE;
	server = OpenProcess(PROCESS_QUERY_INFORMATION | PROCESS_VM_READ, FALSE,
			     (DWORD)atoi(argv[8]));
	if (!server)
		die("open the server's process", GetLastError());
	open_port();
}

/* Leaves the processor that everything else is pinned to. */
static void pin(unsigned long long mask)
{
	if (!SetProcessAffinityMask(GetCurrentProcess(), (DWORD_PTR)mask))
		die("pin to another core", GetLastError());
}

int main(int argc, char **argv)
{
	if (argc != 9 && argc != 10)
		die("start: eight or nine arguments are needed", 0);
	if (argc == 10)
		pin(strtoull(argv[9], NULL, 10));
	prepare(argv);
	if (workload == IDLE || workload == TALKED)
		measure_idle(atoi(argv[4]), (DWORD)atoi(argv[6]));
	else
		measure(atoi(argv[4]), (DWORD)atoi(argv[6]),
			(DWORD)atoi(argv[7]));
	return 0;
}
