/**
 * Win32 constants, by their Windows names.
 *
 * @module
 */

// CreateNamedPipeW, dwOpenMode
export const PIPE_ACCESS_INBOUND = 0x0000_0001;
export const PIPE_ACCESS_OUTBOUND = 0x0000_0002;
export const PIPE_ACCESS_DUPLEX = 0x0000_0003;
export const FILE_FLAG_FIRST_PIPE_INSTANCE = 0x0008_0000;
export const FILE_FLAG_OVERLAPPED = 0x4000_0000;

// CreateNamedPipeW, dwPipeMode; SetNamedPipeHandleState
export const PIPE_TYPE_BYTE = 0x0;
export const PIPE_TYPE_MESSAGE = 0x4;
export const PIPE_READMODE_MESSAGE = 0x2;
export const PIPE_REJECT_REMOTE_CLIENTS = 0x8;
export const PIPE_UNLIMITED_INSTANCES = 255;

// CreateFileW
export const GENERIC_READ = 0x8000_0000;
export const GENERIC_WRITE = 0x4000_0000;
export const FILE_FLAG_SEQUENTIAL_SCAN = 0x0800_0000;
export const FILE_WRITE_ATTRIBUTES = 0x0000_0100;
export const FILE_SHARE_READ = 0x1;
export const FILE_SHARE_WRITE = 0x2;
export const FILE_SHARE_DELETE = 0x4;
export const SECURITY_SQOS_PRESENT = 0x0010_0000;
export const SECURITY_ANONYMOUS = 0x0000_0000;
export const SECURITY_IDENTIFICATION = 0x0001_0000;
export const SECURITY_IMPERSONATION = 0x0002_0000;

// NtFsControlFile
export const FSCTL_PIPE_LISTEN = 0x0011_0008;
export const FSCTL_PIPE_WAIT = 0x0011_0018;
export const FSCTL_PIPE_TRANSCEIVE = 0x0011_c017;

// SetFileCompletionNotificationModes
export const FILE_SKIP_COMPLETION_PORT_ON_SUCCESS = 0x1;
export const FILE_SKIP_SET_EVENT_ON_HANDLE = 0x2;

// VirtualAlloc, VirtualFree
export const MEM_COMMIT = 0x1000;
export const MEM_RESERVE = 0x2000;
export const MEM_DECOMMIT = 0x4000;
export const MEM_RELEASE = 0x8000;

/** `GetCurrentProcess()`: a handle that is never closed. */
export const CURRENT_PROCESS = 0xffff_ffff_ffff_ffffn;

// DuplicateHandle
export const DUPLICATE_SAME_ACCESS = 0x2;

// Waits
export const INFINITE = 0xffff_ffff;
/** `WaitForSingleObject`: the object was not signalled. */
export const WAIT_TIMEOUT = 258;

// NTSTATUS values that completions carry
export const STATUS_SUCCESS = 0;
export const STATUS_PENDING = 0x103;
export const STATUS_BUFFER_OVERFLOW = 0x8000_0005;
export const STATUS_PIPE_DISCONNECTED = 0xc000_00b0;
export const STATUS_PIPE_CLOSING = 0xc000_00b1;
export const STATUS_IO_TIMEOUT = 0xc000_00b5;
export const STATUS_CANCELLED = 0xc000_0120;
export const STATUS_PIPE_BROKEN = 0xc000_014b;

// Win32 error codes that the library acts on
export const ERROR_FILE_NOT_FOUND = 2;
export const ERROR_ACCESS_DENIED = 5;
export const ERROR_INVALID_HANDLE = 6;
export const ERROR_NOT_ENOUGH_MEMORY = 8;
export const ERROR_HANDLE_EOF = 38;
export const ERROR_INVALID_PARAMETER = 87;
export const ERROR_BROKEN_PIPE = 109;
export const ERROR_SEM_TIMEOUT = 121;
export const ERROR_BAD_PIPE = 230;
export const ERROR_PIPE_BUSY = 231;
export const ERROR_NO_DATA = 232;
export const ERROR_PIPE_NOT_CONNECTED = 233;
export const ERROR_MORE_DATA = 234;
export const ERROR_PIPE_CONNECTED = 535;
export const ERROR_HANDLES_CLOSED = 676;
export const ERROR_OPERATION_ABORTED = 995;
export const ERROR_IO_PENDING = 997;
export const ERROR_TIMEOUT = 1460;
export const ERROR_NOT_FOUND = 1168;

// WaitForSingleObject
export const WAIT_OBJECT_0 = 0;
