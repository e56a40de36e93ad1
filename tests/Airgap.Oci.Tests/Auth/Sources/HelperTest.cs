using Airgap.Oci.Auth;
using Airgap.Oci.Credentials;

namespace Airgap.Oci.Tests.Auth.Sources;

/// <summary>Credential helpers made of shell scripts, on a PATH of their own.</summary>
public abstract class HelperTest : SourceTest
{
    private protected HelperTest()
    {
        if (OperatingSystem.IsWindows())
            Assert.Inconclusive("The helpers of these tests are shell scripts.");
        Programs = Path.Combine(Folder, "programs");
        Directory.CreateDirectory(Programs);
        // Without the machine's folders: it may have helpers of its own. The scripts add those they need.
        Variables["PATH"] = $"relative:{Programs}";
    }

    protected string Programs { get; }

    private protected ManualTime Time { get; } = new();

    protected ICredentialSource CreateWithTime() => CredentialSources.CreateDefault(Options with { TimeProvider = Time });

    /// <summary>
    /// Writes a helper. It runs in the folder of programs; each run leaves a line in NAME.runs, its arguments and what it was asked.
    /// </summary>
    protected void Helper(string name, string body)
    {
        string path = Write(Path.Combine(Programs, $"docker-credential-{name}"), $"""
            #!/bin/sh
            PATH=/usr/bin:/bin
            server=$(cat)
            echo "$* $server" >> {name}.runs
            {body}
            """);
        SetMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    protected static void SetMode(string path, UnixFileMode mode)
    {
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, mode);
    }

    protected string[] Runs(string name)
    {
        string path = Path.Combine(Programs, $"{name}.runs");
        return File.Exists(path) ? File.ReadAllLines(path) : [];
    }

    /// <summary>Waits until a script has put a finished file in the folder of programs, by renaming it.</summary>
    protected async Task<string> FileAsync(string name)
    {
        string path = Path.Combine(Programs, name);
        TaskCompletionSource there = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using FileSystemWatcher watcher = new(Programs);
        watcher.Renamed += (_, _) => Look();
        watcher.Created += (_, _) => Look();
        watcher.EnableRaisingEvents = true;
        Look();
        await there.Task.WaitAsync(TimeSpan.FromSeconds(60));
        return File.ReadAllText(path).Trim();

        void Look()
        {
            if (File.Exists(path))
                there.TrySetResult();
        }
    }
}
