using Airgap.Oci.Auth;
using Airgap.Oci.Credentials;

namespace Airgap.Oci.Tests.Auth.Sources;

/// <summary>Credential helpers as shell scripts, on their own PATH.</summary>
public abstract class HelperTest : SourceTest
{
    private protected HelperTest()
    {
        if (OperatingSystem.IsWindows())
            Assert.Inconclusive("The helpers of these tests are shell scripts.");
        Programs = Path.Combine(Folder, "programs");
        Directory.CreateDirectory(Programs);
        // Excludes the machine's folders, which may contain helpers. The scripts add those they need.
        Variables["PATH"] = $"relative:{Programs}";
    }

    protected string Programs { get; }

    private protected ManualTime Time { get; } = new();

    protected ICredentialSource CreateWithTime() => CredentialSources.CreateDefault(Options with { TimeProvider = Time });

    /// <summary>
    /// Writes a helper. It runs in the folder of programs; each run adds a line to NAME.runs, with its arguments and its input.
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

    /// <summary>Waits until a script has created a complete file in the folder of programs, by renaming it.</summary>
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
