namespace Airgap.Tool.Running;

/// <summary>
/// Gives the process a home folder: the runtime opens no TLS connection without one, and a user of a container that is a number alone
/// has neither HOME nor an entry that names another.
/// </summary>
internal static class HomeFolder
{
    private const string Variable = "HOME";

    /// <summary>Sets HOME, if it is not set, to the folder that the system knows, or to / as container runtimes do.</summary>
    public static void Ensure()
    {
        if (OperatingSystem.IsWindows() || !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(Variable)))
            return;
        string known = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify);
        Environment.SetEnvironmentVariable(Variable, known is "" ? "/" : known);
    }
}
