/*
 * What server.c and load.c share: a completion port, and streams on it that
 * read and write in skip mode.
 *
 * An operation that ends at once queues no packet, so the caller goes on by
 * itself; otherwise the stream's callback is told when the packet comes.
 */
#ifndef IOCP_H
#define IOCP_H

#include <winsock2.h>
#include <ws2tcpip.h>
#include <mswsock.h>
#include <windows.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BATCH 128
#define MAX_STEPS 32

enum outcome {
	PENDING,		/* a packet will come */
	DONE,			/* ended well */
	FAILED,			/* the stream is over */
};

enum transport {
	PIPE,
	MESSAGE,
	TCP,
};

struct operation {
	OVERLAPPED overlapped;	/* first: a packet has its address */
	void (*ended)(struct operation *op, enum outcome outcome);
};

struct stream {
	struct operation op;	/* one at a time: a read or a write */
	enum transport transport;
	HANDLE handle;
	DWORD bytes;		/* that the last operation has moved */
	char *buffer;
};

static HANDLE port;

static void die(const char *action, DWORD code)
{
	fprintf(stderr, "Cannot %s: error %lu\n", action, code);
	exit(1);
}

static void *allocate(size_t size)
{
	void *memory = calloc(1, size);

	if (!memory)
		die("allocate memory", ERROR_NOT_ENOUGH_MEMORY);
	return memory;
}

static void open_port(void)
{
	WSADATA data;
	int code = WSAStartup(MAKEWORD(2, 2), &data);

	if (code)
		die("start Winsock", code);
	port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 1);
	if (!port)
		die("create a completion port", GetLastError());
}

static void associate(HANDLE handle)
{
	const UCHAR modes = FILE_SKIP_COMPLETION_PORT_ON_SUCCESS |
			    FILE_SKIP_SET_EVENT_ON_HANDLE;

	if (!CreateIoCompletionPort(handle, port, 0, 0))
		die("associate a handle", GetLastError());
	if (!SetFileCompletionNotificationModes(handle, modes))
		die("set skip mode", GetLastError());
}

static enum transport parse_transport(const char *name)
{
	if (!strcmp(name, "pipe"))
		return PIPE;
	if (!strcmp(name, "message"))
		return MESSAGE;
	if (!strcmp(name, "tcp"))
		return TCP;
	die("use this transport", ERROR_INVALID_PARAMETER);
	return PIPE;
}

static SOCKET open_socket(void)
{
	SOCKET s = WSASocketW(AF_INET, SOCK_STREAM, IPPROTO_TCP, NULL, 0,
			      WSA_FLAG_OVERLAPPED);

	if (s == INVALID_SOCKET)
		die("open a socket", WSAGetLastError());
	return s;
}

static struct sockaddr_in loopback(const char *tcp_port)
{
	struct sockaddr_in address = { 0 };

	address.sin_family = AF_INET;
	address.sin_port = htons((u_short)atoi(tcp_port));
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return address;
}

static void send_without_delay(SOCKET s)
{
	BOOL on = TRUE;

	setsockopt(s, IPPROTO_TCP, TCP_NODELAY, (char *)&on, sizeof(on));
}

static enum outcome outcome_of(BOOL ok, DWORD code)
{
	if (ok)
		return DONE;
	if (code == ERROR_IO_PENDING)
		return PENDING;
	return FAILED;
}

static enum outcome start_read(struct stream *s, DWORD size)
{
	OVERLAPPED *overlapped = &s->op.overlapped;
	WSABUF data = { size, s->buffer };
	DWORD flags = 0;
	BOOL ok;

	memset(overlapped, 0, sizeof(*overlapped));
	if (s->transport == TCP)
		ok = !WSARecv((SOCKET)s->handle, &data, 1, &s->bytes, &flags,
			      overlapped, NULL);
	else
		ok = ReadFile(s->handle, s->buffer, size, &s->bytes,
			      overlapped);
	if (ok && s->transport == TCP && s->bytes == 0)
		return FAILED;
	return outcome_of(ok, ok ? 0 : GetLastError());
}

static enum outcome start_write(struct stream *s, DWORD size)
{
	OVERLAPPED *overlapped = &s->op.overlapped;
	WSABUF data = { size, s->buffer };
	BOOL ok;

	memset(overlapped, 0, sizeof(*overlapped));
	if (s->transport == TCP)
		ok = !WSASend((SOCKET)s->handle, &data, 1, &s->bytes, 0,
			      overlapped, NULL);
	else
		ok = WriteFile(s->handle, s->buffer, size, &s->bytes,
			       overlapped);
	return outcome_of(ok, ok ? 0 : GetLastError());
}

/* Nothing moved is the end of a TCP stream. */
static enum outcome stream_outcome(struct stream *s, enum outcome outcome)
{
	s->bytes = (DWORD)s->op.overlapped.InternalHigh;
	return s->transport == TCP && s->bytes == 0 ? FAILED : outcome;
}

/* Has the stream's callback called in a later turn, as if it had pended. */
static void defer(struct stream *s)
{
	OVERLAPPED *overlapped = &s->op.overlapped;

	overlapped->Internal = 0;
	overlapped->InternalHigh = s->bytes;
	if (!PostQueuedCompletionStatus(port, s->bytes, 0, overlapped))
		die("post a packet", GetLastError());
}

/* The status of a packet is in its OVERLAPPED: no need to ask for it. */
static void dispatch(OVERLAPPED_ENTRY *entry)
{
	struct operation *op = (struct operation *)entry->lpOverlapped;
	LONG status = (LONG)op->overlapped.Internal;

	op->ended(op, status == 0 ? DONE : FAILED);
}

/* Dispatches what has completed; waits for it if nothing has. */
static void turn(DWORD timeout_ms)
{
	OVERLAPPED_ENTRY entries[BATCH];
	ULONG count = 0;
	ULONG i;

	if (!GetQueuedCompletionStatusEx(port, entries, BATCH, &count,
					 timeout_ms, FALSE)) {
		if (GetLastError() != WAIT_TIMEOUT)
			die("wait for packets", GetLastError());
		return;
	}
	for (i = 0; i < count; i++)
		dispatch(&entries[i]);
}

#endif
