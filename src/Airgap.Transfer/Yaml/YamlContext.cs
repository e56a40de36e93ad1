using Airgap.Oci;

namespace Airgap.Transfer.Yaml;

/// <summary>The file that is read, and the code and advice of its errors.</summary>
/// <param name="Path">The file's name in messages.</param>
/// <param name="Code">The code of errors about the file's form.</param>
/// <param name="Advice">What to do about such an error, one sentence.</param>
internal sealed record YamlContext(string Path, ErrorCode Code, string Advice)
{
    /// <summary>The context of a lock file, or of another file of imgpkg's in the same form.</summary>
    public static YamlContext Lock(string path) =>
        new(path, ErrorCode.InvalidLock, "Correct the file, or write it again with a copy, 'imgpkg copy --lock-output' or kbld.");

    /// <summary>An error at a node.</summary>
    public AirgapException Error(YamlNode at, string why) => Error(at.Line, at.Column, why);

    /// <summary>An error at a position; line and column are counted from 1, and 0 if unknown.</summary>
    public AirgapException Error(int line, int column, string why, Exception? inner = null) =>
        Error(Code, line, column, why, Advice, inner);

    /// <summary>An error with its own code and advice.</summary>
    public AirgapException Error(ErrorCode code, YamlNode at, string why, string advice) =>
        Error(code, at.Line, at.Column, why, advice, null);

    private AirgapException Error(ErrorCode code, int line, int column, string why, string advice, Exception? inner)
    {
        SourceLocation location = new(Path, line, column);
        return new AirgapException(code, $"{location}: {why}.", advice, inner) { Location = location };
    }
}
