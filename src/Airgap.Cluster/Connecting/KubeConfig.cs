using Airgap.Oci;

namespace Airgap.Cluster.Connecting;

/// <summary>
/// Finds the cluster as kubectl does: a file that is named, <c>KUBECONFIG</c>, <c>~/.kube/config</c>, or the pod's own account.
/// </summary>
internal static class KubeConfig
{
    private const string Advice =
        "Give --kubeconfig FILE and --context NAME, or set KUBECONFIG; 'kubectl config get-contexts' lists the contexts.";

    /// <summary>Reads it. A plugin of the context is started with the first request.</summary>
    /// <param name="file">A file; null for kubectl's places.</param>
    /// <param name="context">A context; null for the current one.</param>
    /// <param name="environment">Reads an environment variable; null for the process's.</param>
    /// <param name="account">The folder of a pod's account.</param>
    /// <exception cref="AirgapException"><see cref="ErrorCode.ClusterConfig"/>.</exception>
    public static ClusterTarget Read(
        string? file, string? context, Func<string, string?>? environment = null, string account = PodAccount.Folder)
    {
        environment ??= Environment.GetEnvironmentVariable;
        FileInfo[] files = Files(file, environment);
        string origin = string.Join(Path.PathSeparator, files.Select(found => found.FullName));
        try
        {
            if (files.Length > 0)
                return Target([.. files.Select(ReadFile).OfType<KubeConfigFile>()], context, origin, environment, account);
            if (context is null && PodAccount.TryRead(environment, account) is { } pod)
                return pod;
        }
        catch (Exception failure) when (failure is not (OutOfMemoryException or AirgapException { Location: null }))
        {
            throw Unusable(origin, failure);
        }

        throw new AirgapException(
            ErrorCode.ClusterConfig,
            "There is no kubeconfig: neither KUBECONFIG nor ~/.kube/config names a file that exists, and this is not a pod.", Advice);
    }

    // Of several files, the error names the one that is wrong.
    private static KubeConfigFile? ReadFile(FileInfo file)
    {
        try
        {
            return KubeConfigFile.Read(file);
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            throw Unusable(file.FullName, failure);
        }
    }

    private static AirgapException Unusable(string origin, Exception failure) =>
        new(ErrorCode.ClusterConfig, $"The kubeconfig {origin} cannot be used: {Why(failure)}.", Advice, failure);

    // A YAML error may quote the text, which may be a token.
    private static string Why(Exception failure) => failure is AirgapException { Location: { } place }
        ? $"line {place.Line} does not belong in a kubeconfig"
        : failure.Message.Split(['\n'], 2)[0].Split(" (Parameter '", 2)[0].TrimEnd('.', '\r');

    // As in kubectl, missing files of KUBECONFIG are skipped, but a missing file of a flag is an error.
    private static FileInfo[] Files(string? file, Func<string, string?> environment)
    {
        if (file is not null)
        {
            return IsThere(file)
                ? [new FileInfo(file)]
                : throw new AirgapException(ErrorCode.ClusterConfig, $"The kubeconfig {file} does not exist.", Advice);
        }

        string[] names = environment("KUBECONFIG") is { Length: > 0 } list
            ? list.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            : [Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".kube", "config")];
        return [.. names.Where(IsThere).Select(name => new FileInfo(name))];
    }

    // A file that cannot be read is not missing: without it, another file's context might be used.
    private static bool IsThere(string name)
    {
        try
        {
            _ = File.GetAttributes(name);
            return true;
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return true;
        }
    }

    private static ClusterTarget Target(
        KubeConfigFile[] files, string? context, string origin, Func<string, string?> environment, string account)
    {
        string name = context
            ?? files.Select(file => new KubeConfigPart(file.Root, file.Folder).Text("current-context"))
            .FirstOrDefault(text => text is not null)
            ?? throw new AirgapException(ErrorCode.ClusterConfig, $"{origin} has no current context.", Advice);
        KubeConfigPart chosen = Find("contexts", name, "context") ?? throw new FormatException($"it has no context '{name}'");
        KubeConfigCluster cluster = new(Named("cluster", "clusters") ?? throw new FormatException($"its context {name} names no cluster"));
        KubeConfigUser? user = Named("user", "users") is { } found ? new KubeConfigUser(found, cluster, environment) : null;
        ClusterTarget target = new()
        {
            Server = cluster.Server,
            Namespace = chosen.Text("namespace") ?? PodAccount.NamespaceOf(environment, account) ?? "default",
            Origin = $"context {name} of {origin}",
            Authorities = cluster.Authorities,
            SkipVerification = cluster.SkipVerification,
            Proxy = cluster.Proxy,
            ServerName = cluster.ServerName,
            ClientCertificate = user?.Certificate,
            Plugin = user?.Plugin,
            Authorization = user?.Authorization,
            Impersonation = user?.Impersonation ?? [],
        };
        return target is { SkipVerification: true, Authorities: not null }
            ? throw new FormatException("its cluster has insecure-skip-tls-verify and a certificate-authority: use only one") : target;

        // The first file that has it takes precedence.
        KubeConfigPart? Find(string list, string entry, string part) =>
            files.Select(file => file.Find(list, entry, part)).FirstOrDefault(each => each is not null);

        KubeConfigPart? Named(string part, string list) => chosen.Text(part) is not { } entry ? null
            : Find(list, entry, part) ?? throw new FormatException($"it has no {part} '{entry}', which its context {name} names");
    }
}
