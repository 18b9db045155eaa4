/**
 * Constants of files and directories, by their Windows names.
 *
 * @module
 */

// ACCESS_MASK
export const FILE_LIST_DIRECTORY = 0x0000_0001;
export const FILE_WRITE_DATA = 0x0000_0002;
export const FILE_READ_ATTRIBUTES = 0x0000_0080;
export const DELETE = 0x0001_0000;
export const SYNCHRONIZE = 0x0010_0000;
export const FILE_GENERIC_READ = 0x0012_0089;
export const FILE_GENERIC_WRITE = 0x0012_0116;

// CreateDisposition
export const FILE_OPEN = 1;
export const FILE_CREATE = 2;
export const FILE_OPEN_IF = 3;
export const FILE_OVERWRITE = 4;
export const FILE_OVERWRITE_IF = 5;

// CreateOptions
export const FILE_DIRECTORY_FILE = 0x0000_0001;
export const FILE_WRITE_THROUGH = 0x0000_0002;
export const FILE_SEQUENTIAL_ONLY = 0x0000_0004;
export const FILE_NO_INTERMEDIATE_BUFFERING = 0x0000_0008;
/**
 * The bits of a file's mode that say that it was not opened for overlapped I/O:
 * `FILE_SYNCHRONOUS_IO_ALERT` and `FILE_SYNCHRONOUS_IO_NONALERT`.
 */
export const FILE_SYNCHRONOUS_IO = 0x0000_0030;
export const FILE_NON_DIRECTORY_FILE = 0x0000_0040;
export const FILE_RANDOM_ACCESS = 0x0000_0800;
export const FILE_DELETE_ON_CLOSE = 0x0000_1000;
export const FILE_OPEN_FOR_BACKUP_INTENT = 0x0000_4000;

// FileAttributes
export const FILE_ATTRIBUTE_NORMAL = 0x80;

// FILE_INFORMATION_CLASS
export const FILE_DISPOSITION_INFORMATION = 13;
export const FILE_END_OF_FILE_INFORMATION = 20;
export const FILE_NETWORK_OPEN_INFORMATION = 34;

/** `GetFileType`: a file on a disk, here or on another computer. */
export const FILE_TYPE_DISK = 1;
/** `GetFileType`: a console or another device that moves characters. */
export const FILE_TYPE_CHAR = 2;

// NtFsControlFile
export const FSCTL_SET_SPARSE = 0x0009_00c4;

// CompletionFilter of NtNotifyChangeDirectoryFile
export const FILE_NOTIFY_CHANGE_FILE_NAME = 0x001;
export const FILE_NOTIFY_CHANGE_DIR_NAME = 0x002;
export const FILE_NOTIFY_CHANGE_ATTRIBUTES = 0x004;
export const FILE_NOTIFY_CHANGE_SIZE = 0x008;
export const FILE_NOTIFY_CHANGE_LAST_WRITE = 0x010;
export const FILE_NOTIFY_CHANGE_LAST_ACCESS = 0x020;
export const FILE_NOTIFY_CHANGE_CREATION = 0x040;
export const FILE_NOTIFY_CHANGE_SECURITY = 0x100;

// FILE_NOTIFY_INFORMATION.Action
export const FILE_ACTION_ADDED = 1;
export const FILE_ACTION_REMOVED = 2;
export const FILE_ACTION_MODIFIED = 3;
export const FILE_ACTION_RENAMED_OLD_NAME = 4;
export const FILE_ACTION_RENAMED_NEW_NAME = 5;

// NTSTATUS values of files
export const STATUS_OBJECT_NAME_COLLISION = 0xc000_0035;
export const STATUS_DELETE_PENDING = 0xc000_0056;
export const STATUS_FILE_IS_A_DIRECTORY = 0xc000_00ba;

// Win32 error codes of files that the library acts on
export const ERROR_INVALID_FUNCTION = 1;
export const ERROR_WRITE_FAULT = 29;
export const ERROR_NOT_SUPPORTED = 50;
export const ERROR_FILE_EXISTS = 80;
export const ERROR_FILENAME_EXCED_RANGE = 206;
export const ERROR_DELETE_PENDING = 303;
export const ERROR_DIRECTORY_NOT_SUPPORTED = 336;
export const ERROR_NOTIFY_ENUM_DIR = 1022;
