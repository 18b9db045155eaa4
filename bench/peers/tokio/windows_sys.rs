//! The functions, structures and constants of Windows that mio 0.8 uses, as
//! the crate `windows-sys` 0.36 declares them. Debian's package of mio has lost
//! its dependency on that crate, which Debian does not have; with any other
//! mio this file is not used.

#![allow(non_snake_case, non_camel_case_types, clippy::upper_case_acronyms)]
#![no_std]

pub mod Win32 {
    pub mod Foundation {
        pub type BOOL = i32;
        pub type HANDLE = isize;
        pub type NTSTATUS = i32;

        pub const INVALID_HANDLE_VALUE: HANDLE = -1;

        pub const ERROR_INVALID_HANDLE: u32 = 6;
        pub const ERROR_BROKEN_PIPE: u32 = 109;
        pub const ERROR_NO_DATA: u32 = 232;
        pub const WAIT_TIMEOUT: u32 = 258;
        pub const ERROR_PIPE_CONNECTED: u32 = 535;
        pub const ERROR_PIPE_LISTENING: u32 = 536;
        pub const ERROR_IO_INCOMPLETE: u32 = 996;
        pub const ERROR_IO_PENDING: u32 = 997;

        pub const STATUS_SUCCESS: NTSTATUS = 0;
        pub const STATUS_PENDING: NTSTATUS = 0x0000_0103;
        pub const STATUS_CANCELLED: NTSTATUS = 0xC000_0120_u32 as i32;
        pub const STATUS_NOT_FOUND: NTSTATUS = 0xC000_0225_u32 as i32;

        #[repr(C)]
        #[derive(Clone, Copy)]
        pub struct UNICODE_STRING {
            pub Length: u16,
            pub MaximumLength: u16,
            pub Buffer: *mut u16,
        }

        #[link(name = "kernel32")]
        extern "system" {
            pub fn CloseHandle(object: HANDLE) -> BOOL;
        }

        #[link(name = "ntdll")]
        extern "system" {
            pub fn RtlNtStatusToDosError(status: NTSTATUS) -> u32;
        }
    }

    pub mod Networking {
        pub mod WinSock {
            use super::super::System::IO::OVERLAPPED;
            use core::ffi::c_void;

            pub type SOCKET = usize;

            pub const INVALID_SOCKET: SOCKET = !0;
            pub const SOCKET_ERROR: i32 = -1;

            pub const AF_INET: u32 = 2;
            pub const AF_INET6: u32 = 23;
            pub const SOCK_STREAM: u16 = 1;
            pub const SOCK_DGRAM: u16 = 2;
            pub const IPPROTO_IPV6: i32 = 41;
            pub const IPV6_V6ONLY: i32 = 27;
            pub const FIONBIO: i32 = 0x8004_667E_u32 as i32;

            pub const SIO_BSP_HANDLE: u32 = 0x4800_001B;
            pub const SIO_BSP_HANDLE_SELECT: u32 = 0x4800_001C;
            pub const SIO_BSP_HANDLE_POLL: u32 = 0x4800_001D;
            pub const SIO_BASE_HANDLE: u32 = 0x4800_0022;

            #[repr(C)]
            #[derive(Clone, Copy)]
            pub struct SOCKADDR {
                pub sa_family: u16,
                pub sa_data: [u8; 14],
            }

            #[repr(C)]
            #[derive(Clone, Copy)]
            pub union IN_ADDR_0 {
                pub S_addr: u32,
            }

            #[repr(C)]
            #[derive(Clone, Copy)]
            pub struct IN_ADDR {
                pub S_un: IN_ADDR_0,
            }

            #[repr(C)]
            #[derive(Clone, Copy)]
            pub struct SOCKADDR_IN {
                pub sin_family: u16,
                pub sin_port: u16,
                pub sin_addr: IN_ADDR,
                pub sin_zero: [u8; 8],
            }

            #[repr(C)]
            #[derive(Clone, Copy)]
            pub union IN6_ADDR_0 {
                pub Byte: [u8; 16],
                pub Word: [u16; 8],
            }

            #[repr(C)]
            #[derive(Clone, Copy)]
            pub struct IN6_ADDR {
                pub u: IN6_ADDR_0,
            }

            #[repr(C)]
            #[derive(Clone, Copy)]
            pub union SOCKADDR_IN6_0 {
                pub sin6_scope_id: u32,
            }

            #[repr(C)]
            #[derive(Clone, Copy)]
            pub struct SOCKADDR_IN6 {
                pub sin6_family: u16,
                pub sin6_port: u16,
                pub sin6_flowinfo: u32,
                pub sin6_addr: IN6_ADDR,
                pub Anonymous: SOCKADDR_IN6_0,
            }

            pub type LPWSAOVERLAPPED_COMPLETION_ROUTINE = Option<
                unsafe extern "system" fn(
                    error: u32,
                    transferred: u32,
                    overlapped: *mut OVERLAPPED,
                    flags: u32,
                ),
            >;

            #[link(name = "ws2_32")]
            extern "system" {
                pub fn socket(family: i32, kind: i32, protocol: i32) -> SOCKET;
                pub fn closesocket(socket: SOCKET) -> i32;
                pub fn bind(socket: SOCKET, name: *const SOCKADDR, length: i32) -> i32;
                pub fn connect(socket: SOCKET, name: *const SOCKADDR, length: i32) -> i32;
                pub fn listen(socket: SOCKET, backlog: i32) -> i32;
                pub fn ioctlsocket(socket: SOCKET, command: i32, argument: *mut u32) -> i32;
                pub fn getsockopt(
                    socket: SOCKET,
                    level: i32,
                    option: i32,
                    value: *mut u8,
                    length: *mut i32,
                ) -> i32;
                pub fn WSAGetLastError() -> i32;
                pub fn WSAIoctl(
                    socket: SOCKET,
                    code: u32,
                    input: *const c_void,
                    input_size: u32,
                    output: *mut c_void,
                    output_size: u32,
                    returned: *mut u32,
                    overlapped: *mut OVERLAPPED,
                    routine: LPWSAOVERLAPPED_COMPLETION_ROUTINE,
                ) -> i32;
            }
        }
    }

    pub mod Storage {
        pub mod FileSystem {
            use super::super::Foundation::{BOOL, HANDLE, NTSTATUS};
            use super::super::System::WindowsProgramming::{IO_STATUS_BLOCK, OBJECT_ATTRIBUTES};
            use super::super::System::IO::OVERLAPPED;
            use core::ffi::c_void;

            pub const PIPE_ACCESS_DUPLEX: u32 = 3;
            pub const FILE_FLAG_FIRST_PIPE_INSTANCE: u32 = 0x0008_0000;
            pub const FILE_FLAG_OVERLAPPED: u32 = 0x4000_0000;
            pub const FILE_SHARE_READ: u32 = 1;
            pub const FILE_SHARE_WRITE: u32 = 2;
            pub const FILE_OPEN: u32 = 1;
            pub const SYNCHRONIZE: u32 = 0x0010_0000;

            #[link(name = "kernel32")]
            extern "system" {
                pub fn ReadFile(
                    file: HANDLE,
                    buffer: *mut c_void,
                    size: u32,
                    count: *mut u32,
                    overlapped: *mut OVERLAPPED,
                ) -> BOOL;
                pub fn WriteFile(
                    file: HANDLE,
                    buffer: *const c_void,
                    size: u32,
                    count: *mut u32,
                    overlapped: *mut OVERLAPPED,
                ) -> BOOL;
                pub fn SetFileCompletionNotificationModes(file: HANDLE, flags: u8) -> BOOL;
            }

            #[link(name = "ntdll")]
            extern "system" {
                pub fn NtCreateFile(
                    file: *mut HANDLE,
                    access: u32,
                    attributes: *mut OBJECT_ATTRIBUTES,
                    status: *mut IO_STATUS_BLOCK,
                    allocation: *mut i64,
                    file_attributes: u32,
                    share: u32,
                    disposition: u32,
                    options: u32,
                    extended: *mut c_void,
                    extended_size: u32,
                ) -> NTSTATUS;
            }
        }
    }

    pub mod System {
        pub mod IO {
            use super::super::Foundation::{BOOL, HANDLE};
            use core::ffi::c_void;

            #[repr(C)]
            #[derive(Clone, Copy)]
            pub struct OVERLAPPED_0_0 {
                pub Offset: u32,
                pub OffsetHigh: u32,
            }

            #[repr(C)]
            #[derive(Clone, Copy)]
            pub union OVERLAPPED_0 {
                pub Anonymous: OVERLAPPED_0_0,
                pub Pointer: *mut c_void,
            }

            #[repr(C)]
            #[derive(Clone, Copy)]
            pub struct OVERLAPPED {
                pub Internal: usize,
                pub InternalHigh: usize,
                pub Anonymous: OVERLAPPED_0,
                pub hEvent: HANDLE,
            }

            #[repr(C)]
            #[derive(Clone, Copy)]
            pub struct OVERLAPPED_ENTRY {
                pub lpCompletionKey: usize,
                pub lpOverlapped: *mut OVERLAPPED,
                pub Internal: usize,
                pub dwNumberOfBytesTransferred: u32,
            }

            #[link(name = "kernel32")]
            extern "system" {
                pub fn CancelIoEx(file: HANDLE, overlapped: *const OVERLAPPED) -> BOOL;
                pub fn CreateIoCompletionPort(
                    file: HANDLE,
                    port: HANDLE,
                    key: usize,
                    threads: u32,
                ) -> HANDLE;
                pub fn GetOverlappedResult(
                    file: HANDLE,
                    overlapped: *const OVERLAPPED,
                    count: *mut u32,
                    wait: BOOL,
                ) -> BOOL;
                pub fn GetQueuedCompletionStatusEx(
                    port: HANDLE,
                    entries: *mut OVERLAPPED_ENTRY,
                    room: u32,
                    count: *mut u32,
                    milliseconds: u32,
                    alertable: BOOL,
                ) -> BOOL;
                pub fn PostQueuedCompletionStatus(
                    port: HANDLE,
                    count: u32,
                    key: usize,
                    overlapped: *const OVERLAPPED,
                ) -> BOOL;
            }
        }

        pub mod Pipes {
            use super::super::Foundation::{BOOL, HANDLE};
            use super::IO::OVERLAPPED;
            use core::ffi::c_void;

            pub const PIPE_TYPE_BYTE: u32 = 0;
            pub const PIPE_UNLIMITED_INSTANCES: u32 = 255;

            #[link(name = "kernel32")]
            extern "system" {
                pub fn ConnectNamedPipe(pipe: HANDLE, overlapped: *mut OVERLAPPED) -> BOOL;
                pub fn DisconnectNamedPipe(pipe: HANDLE) -> BOOL;
                pub fn CreateNamedPipeW(
                    name: *const u16,
                    open_mode: u32,
                    pipe_mode: u32,
                    instances: u32,
                    out_size: u32,
                    in_size: u32,
                    timeout: u32,
                    security: *const c_void,
                ) -> HANDLE;
            }
        }

        pub mod WindowsProgramming {
            use super::super::Foundation::{HANDLE, NTSTATUS, UNICODE_STRING};
            use core::ffi::c_void;

            pub const FILE_SKIP_SET_EVENT_ON_HANDLE: u32 = 2;

            #[repr(C)]
            #[derive(Clone, Copy)]
            pub union IO_STATUS_BLOCK_0 {
                pub Status: NTSTATUS,
                pub Pointer: *mut c_void,
            }

            #[repr(C)]
            #[derive(Clone, Copy)]
            pub struct IO_STATUS_BLOCK {
                pub Anonymous: IO_STATUS_BLOCK_0,
                pub Information: usize,
            }

            #[repr(C)]
            #[derive(Clone, Copy)]
            pub struct OBJECT_ATTRIBUTES {
                pub Length: u32,
                pub RootDirectory: HANDLE,
                pub ObjectName: *mut UNICODE_STRING,
                pub Attributes: u32,
                pub SecurityDescriptor: *mut c_void,
                pub SecurityQualityOfService: *mut c_void,
            }

            pub type PIO_APC_ROUTINE = Option<
                unsafe extern "system" fn(
                    context: *mut c_void,
                    status: *mut IO_STATUS_BLOCK,
                    reserved: u32,
                ),
            >;

            #[link(name = "ntdll")]
            extern "system" {
                pub fn NtDeviceIoControlFile(
                    file: HANDLE,
                    event: HANDLE,
                    routine: PIO_APC_ROUTINE,
                    context: *mut c_void,
                    status: *mut IO_STATUS_BLOCK,
                    code: u32,
                    input: *mut c_void,
                    input_size: u32,
                    output: *mut c_void,
                    output_size: u32,
                ) -> NTSTATUS;
            }
        }
    }
}
