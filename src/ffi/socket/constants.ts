/**
 * Winsock constants, by their Windows names.
 *
 * @module
 */

// socket
export const AF_UNSPEC = 0;
export const AF_UNIX = 1;
export const AF_INET = 2;
export const AF_INET6 = 23;
export const SOCK_STREAM = 1;
export const SOCK_DGRAM = 2;
export const IPPROTO_IP = 0;
export const IPPROTO_TCP = 6;
export const IPPROTO_UDP = 17;
export const IPPROTO_IPV6 = 41;

// WSASocketW, dwFlags
export const WSA_FLAG_OVERLAPPED = 0x01;
export const WSA_FLAG_NO_HANDLE_INHERIT = 0x80;

// listen, shutdown
export const SOMAXCONN = 0x7fff_ffff;
export const SD_RECEIVE = 0;
export const SD_SEND = 1;
export const SD_BOTH = 2;

// Options at level SOL_SOCKET
export const SOL_SOCKET = 0xffff;
export const SO_REUSEADDR = 0x0004;
export const SO_KEEPALIVE = 0x0008;
export const SO_BROADCAST = 0x0020;
export const SO_LINGER = 0x0080;
export const SO_SNDBUF = 0x1001;
export const SO_RCVBUF = 0x1002;
export const SO_ERROR = 0x1007;
export const SO_TYPE = 0x1008;
export const SO_PROTOCOL_INFOW = 0x2005;
export const SO_UPDATE_ACCEPT_CONTEXT = 0x700b;
export const SO_CONNECT_TIME = 0x700c;
export const SO_UPDATE_CONNECT_CONTEXT = 0x7010;
/** Level SOL_SOCKET: nobody else may bind the same address. */
export const SO_EXCLUSIVEADDRUSE = ~SO_REUSEADDR;

// Options of other levels
export const TCP_NODELAY = 0x0001;
export const TCP_KEEPALIVE = 3;
export const TCP_KEEPCNT = 16;
export const TCP_KEEPINTVL = 17;
export const IPV6_V6ONLY = 27;
export const IP_MULTICAST_IF = 9;
export const IP_MULTICAST_TTL = 10;
export const IP_MULTICAST_LOOP = 11;
export const IP_ADD_MEMBERSHIP = 12;
export const IP_DROP_MEMBERSHIP = 13;
export const IP_PKTINFO = 19;
export const IPV6_JOIN_GROUP = 12;
export const IPV6_LEAVE_GROUP = 13;

// Flags of WSARecv and WSASend
export const MSG_PEEK = 0x2;
/** Out: the datagram goes on. */
export const MSG_PARTIAL = 0x8000;
/** Out, WSAMSG: the datagram was longer than the buffers. */
export const MSG_TRUNC = 0x0100;

// ioctlsocket
export const FIONBIO = 0x8004_667e;
export const FIONREAD = 0x4004_667f;

// WSAIoctl
export const SIO_GET_EXTENSION_FUNCTION_POINTER = 0xc800_0006;
/** In: BOOL; false keeps ICMP errors out of UDP reads. */
export const SIO_UDP_CONNRESET = 0x9800_000c;
/** In: BOOL; the same for "TTL expired". */
export const SIO_UDP_NETRESET = 0x9800_000f;
/** In: TCP_INITIAL_RTO_PARAMETERS. */
export const SIO_TCP_INITIAL_RTO = 0x9800_0011;
export const SIO_BASE_HANDLE = 0x4800_0022;
export const SIO_BSP_HANDLE = 0x4800_001b;
export const SIO_BSP_HANDLE_SELECT = 0x4800_001c;
export const SIO_BSP_HANDLE_POLL = 0x4800_001d;

// WSAPROTOCOL_INFOW.dwServiceFlags1
export const XP1_IFS_HANDLES = 0x0002_0000;

// TransmitFile and DisconnectEx
export const TF_DISCONNECT = 0x01;
export const TF_REUSE_SOCKET = 0x02;

// GetAddrInfoExW, GetNameInfoW
export const AI_PASSIVE = 0x1;
export const AI_CANONNAME = 0x2;
export const AI_NUMERICHOST = 0x4;
export const AI_ADDRCONFIG = 0x400;
export const NS_ALL = 0;
export const NI_NOFQDN = 0x1;
export const NI_NUMERICHOST = 0x2;
export const NI_NAMEREQD = 0x4;
export const NI_NUMERICSERV = 0x8;
export const NI_DGRAM = 0x10;

// Winsock error codes that the library acts on
export const ERROR_NETNAME_DELETED = 64;
export const ERROR_PORT_UNREACHABLE = 1234;
export const ERROR_CONNECTION_REFUSED = 1225;
export const ERROR_NETWORK_UNREACHABLE = 1231;
export const ERROR_HOST_UNREACHABLE = 1232;
export const ERROR_PROTOCOL_UNREACHABLE = 1233;
export const WSAEACCES = 10013;
export const WSAEFAULT = 10014;
export const WSAEINVAL = 10022;
export const WSAEWOULDBLOCK = 10035;
export const WSAENOTSOCK = 10038;
export const WSAEMSGSIZE = 10040;
export const WSAENOPROTOOPT = 10042;
export const WSAEOPNOTSUPP = 10045;
export const WSAEAFNOSUPPORT = 10047;
export const WSAEADDRINUSE = 10048;
export const WSAEADDRNOTAVAIL = 10049;
export const WSAENETDOWN = 10050;
export const WSAENETUNREACH = 10051;
export const WSAENETRESET = 10052;
export const WSAECONNABORTED = 10053;
export const WSAECONNRESET = 10054;
export const WSAEISCONN = 10056;
export const WSAENOTCONN = 10057;
export const WSAECONNREFUSED = 10061;
export const WSAEHOSTUNREACH = 10065;
export const WSA_E_CANCELLED = 10111;
export const WSAHOST_NOT_FOUND = 11001;

// NTSTATUS values that completions of sockets carry
export const STATUS_LOCAL_DISCONNECT = 0xc000_013b;
export const STATUS_REMOTE_DISCONNECT = 0xc000_013c;
export const STATUS_CONNECTION_RESET = 0xc000_020d;
export const STATUS_CONNECTION_REFUSED = 0xc000_0236;
