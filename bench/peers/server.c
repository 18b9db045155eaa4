/*
 * The ceiling: a server on one completion port with skip mode, one thread and
 * one buffer per connection.
 *
 *     server.exe TRANSPORT ROLE ADDRESS [late]
 *
 * TRANSPORT is "pipe", "message" or "tcp"; ROLE is "echo" (sends back), "sink"
 * (reads) or "source" (writes); ADDRESS is the pipe's name, or a port of the
 * loopback address. With "late", whoever has answered reads again only after
 * the batch of packets, once in a turn, as the library does; without it, at
 * once. It serves until it is killed.
 */
#include "iocp.h"

#define BUFFER_SIZE 65536
#define LISTENING 8
#define ADDRESS_ROOM (sizeof(struct sockaddr_in) + 16)

enum role {
	ECHO,
	SINK,
	SOURCE,
};

struct connection {
	struct stream stream;	/* first: its packets have this address */
	int writing;		/* what the last operation was */
	struct connection *next;	/* who reads late after this one */
};

static enum transport transport;
static enum role role;
static const char *address;
static SOCKET listener;
static BOOL late;
static struct connection *first_late;
static struct connection **last_late = &first_late;

static void accept_next(void);

static enum role parse_role(const char *name)
{
	if (!strcmp(name, "echo"))
		return ECHO;
	if (!strcmp(name, "sink"))
		return SINK;
	if (!strcmp(name, "source"))
		return SOURCE;
	die("play this role", ERROR_INVALID_PARAMETER);
	return ECHO;
}

/* Its read starts when the batch of packets has been dispatched. */
static enum outcome read_late(struct connection *c)
{
	c->next = NULL;
	*last_late = c;
	last_late = &c->next;
	return PENDING;
}

static enum outcome next_step(struct connection *c)
{
	struct stream *s = &c->stream;

	switch (role) {
	case ECHO:
		c->writing = !c->writing;
		if (c->writing)
			return start_write(s, s->bytes);
		return late ? read_late(c) : start_read(s, BUFFER_SIZE);
	case SINK:
		return start_read(s, BUFFER_SIZE);
	default:
		return start_write(s, BUFFER_SIZE);
	}
}

static void close_connection(struct connection *c)
{
	if (transport == TCP)
		closesocket((SOCKET)c->stream.handle);
	else
		CloseHandle(c->stream.handle);
	free(c->stream.buffer);
	free(c);
}

/* Goes on until an operation pends, then gives the others their turn. */
static void advance(struct connection *c, enum outcome outcome)
{
	int steps;

	for (steps = 0; outcome == DONE && steps < MAX_STEPS; steps++)
		outcome = next_step(c);
	if (outcome == DONE)
		defer(&c->stream);
	else if (outcome == FAILED)
		close_connection(c);
}

/* Each once in a turn: who answers meanwhile reads in the next one. */
static void start_late_reads(void)
{
	struct connection *c = first_late;
	struct connection *next;

	first_late = NULL;
	last_late = &first_late;
	for (; c; c = next) {
		next = c->next;
		advance(c, start_read(&c->stream, BUFFER_SIZE));
	}
}

static void moved(struct operation *op, enum outcome outcome)
{
	struct connection *c = (struct connection *)op;

	if (outcome == DONE)
		outcome = stream_outcome(&c->stream, outcome);
	advance(c, outcome);
}

static void connected(struct operation *op, enum outcome outcome)
{
	struct connection *c = (struct connection *)op;
	SOCKET s = (SOCKET)c->stream.handle;

	accept_next();
	if (outcome == DONE && transport == TCP) {
		setsockopt(s, SOL_SOCKET, SO_UPDATE_ACCEPT_CONTEXT,
			   (char *)&listener, sizeof(listener));
		send_without_delay(s);
	}
	op->ended = moved;
	c->writing = 1;
	advance(c, outcome);
}

static HANDLE open_instance(void)
{
	DWORD mode = transport == MESSAGE ?
		     PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE : PIPE_TYPE_BYTE;
	HANDLE pipe = CreateNamedPipeA(address,
		PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED,
		mode | PIPE_REJECT_REMOTE_CLIENTS, PIPE_UNLIMITED_INSTANCES,
		BUFFER_SIZE, BUFFER_SIZE, 0, NULL);

	if (pipe == INVALID_HANDLE_VALUE)
		die("create a pipe", GetLastError());
	return pipe;
}

/* A client that is there already queues no packet: its turn comes later. */
static void accept_pipe(struct connection *c)
{
	OVERLAPPED *overlapped = &c->stream.op.overlapped;
	DWORD code = 0;

	c->stream.handle = open_instance();
	associate(c->stream.handle);
	if (!ConnectNamedPipe(c->stream.handle, overlapped))
		code = GetLastError();
	if (code == 0 || code == ERROR_PIPE_CONNECTED)
		defer(&c->stream);
	else if (code != ERROR_IO_PENDING)
		die("accept a client", code);
}

static void accept_socket(struct connection *c)
{
	OVERLAPPED *overlapped = &c->stream.op.overlapped;
	SOCKET s = open_socket();
	DWORD received;

	c->stream.handle = (HANDLE)s;
	associate(c->stream.handle);
	if (AcceptEx(listener, s, c->stream.buffer, 0, ADDRESS_ROOM,
		     ADDRESS_ROOM, &received, overlapped))
		return;		/* the listener queues all packets */
	if (WSAGetLastError() != ERROR_IO_PENDING)
		die("accept a client", WSAGetLastError());
}

static void accept_next(void)
{
	struct connection *c = allocate(sizeof(*c));

	c->stream.transport = transport;
	c->stream.buffer = allocate(BUFFER_SIZE);
	c->stream.op.ended = connected;
	if (transport == TCP)
		accept_socket(c);
	else
		accept_pipe(c);
}

static void listen_tcp(void)
{
	struct sockaddr_in local = loopback(address);

	listener = open_socket();
	if (bind(listener, (struct sockaddr *)&local, sizeof(local)) ||
	    listen(listener, SOMAXCONN))
		die("listen", WSAGetLastError());
	if (!CreateIoCompletionPort((HANDLE)listener, port, 0, 0))
		die("associate the listener", GetLastError());
}

int main(int argc, char **argv)
{
	int i;

	if (argc != 4 && argc != 5)
		die("start: three or four arguments are needed", 0);
	late = argc == 5 && !strcmp(argv[4], "late");
	transport = parse_transport(argv[1]);
	role = parse_role(argv[2]);
	address = argv[3];
	open_port();
	if (transport == TCP)
		listen_tcp();
	for (i = 0; i < LISTENING; i++)
		accept_next();
	for (;;) {
		turn(first_late ? 0 : INFINITE);
		start_late_reads();
	}
}
