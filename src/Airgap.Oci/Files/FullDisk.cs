namespace Airgap.Oci.Files;

/// <summary>Recognises failures of a disk or a quota without space.</summary>
internal static class FullDisk
{
    // ENOSPC and EDQUOT on Linux (122) and macOS (69); ERROR_DISK_FULL, ERROR_HANDLE_DISK_FULL and ERROR_DISK_QUOTA_EXCEEDED on Windows.
    private static readonly int[] s_unix = [28, OperatingSystem.IsMacOS() ? 69 : 122];
    private static readonly int[] s_windows = [unchecked((int)0x80070070), unchecked((int)0x80070027), unchecked((int)0x8007050F)];

    /// <summary>True when no space was left.</summary>
    public static bool Caused(Exception? e) =>
        e is AirgapException { Code: ErrorCode.DiskFull }
        || (e is IOException && (OperatingSystem.IsWindows() ? s_windows : s_unix).Contains(e.HResult));
}
