using System.Diagnostics;

namespace Airgap.TestKit;

/// <summary>Files that the runtime cannot make: pipes, devices, files of other users. All in the test's folder; for Unix.</summary>
public static class SpecialFiles
{
    /// <summary>True where the test may make devices and change the owner of files.</summary>
    public static bool IsRoot => !OperatingSystem.IsWindows() && Environment.IsPrivilegedProcess;

    /// <summary>Makes a pipe.</summary>
    public static void MakePipe(string path) => Run("mkfifo", path);

    /// <summary>Makes a device that accepts everything, as <c>/dev/null</c> does. For root.</summary>
    public static void MakeNullDevice(string path) => Run("mknod", path, "c", "1", "3");

    /// <summary>Makes a block device for a disk that does not exist. For root.</summary>
    public static void MakeDisk(string path) => Run("mknod", path, "b", "7", "250");

    /// <summary>Gives a file, or a link itself, to another user. For root.</summary>
    public static void GiveAway(string path, int user = 12345) => Run("chown", "-h", $"{user}:{user}", path);

    /// <summary>Gives a file a second name.</summary>
    public static void MakeSecondName(string path, string second) => Run("ln", path, second);

    /// <summary>Gives a file a mode, in octal digits.</summary>
    public static void SetMode(string path, string mode) => Run("chmod", mode, path);

    /// <summary>The kind, mode, owner and group of a file, as <c>stat</c> prints them: <c>regular file 640 0 0</c>.</summary>
    public static string Describe(string path) => Run("stat", "-c", "%F %a %u %g", path).Trim();

    private static string Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? output : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: exit code {process.ExitCode}");
    }
}
