namespace Airgap.Oci.Credentials.Docker;

/// <summary>A docker config, read once, when it is first needed.</summary>
internal sealed class DockerConfigFile(string path, string description)
{
    private const int MaxBytes = 4 * 1024 * 1024;

    private readonly Lazy<DockerConfig> _config = new(() => Load(path));

    /// <summary>The full path.</summary>
    public string Path => path;

    /// <summary>For a trace: the setting that led to the file, and its path.</summary>
    public string Description => $"{description} ({path})";

    /// <summary>The content; empty when the file does not exist.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidDockerConfig"/>.</exception>
    public DockerConfig Config => _config.Value;

    private static DockerConfig Load(string path)
    {
        try
        {
            // A folder of that name counts as no file, as for docker.
            if (!File.Exists(path))
                return DockerConfig.Empty;
            using FileStream stream = File.OpenRead(path);
            if (stream.Length > MaxBytes)
                throw Invalid(path, "it is larger than 4 MiB");
            byte[] content = new byte[stream.Length];
            int read = stream.ReadAtLeast(content, content.Length, throwOnEndOfStream: false);
            return DockerConfigReader.Read(content.AsSpan(0, read), path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return DockerConfig.Empty;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Invalid(path, "it cannot be read", e);
        }
    }

    private static AirgapException Invalid(string path, string problem, Exception? cause = null) => new(
        ErrorCode.InvalidDockerConfig,
        $"The docker config '{path}' cannot be used: {problem}.",
        "Make the file readable, or point DOCKER_CONFIG at a folder with another config.json.",
        cause)
    { Location = new SourceLocation(path) };
}
