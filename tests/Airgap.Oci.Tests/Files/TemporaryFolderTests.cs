using Airgap.Oci.Files;

namespace Airgap.Oci.Tests.Files;

/// <summary>Failures of temporary files name the folder, the cause and the variable that names another folder.</summary>
[TestClass]
public sealed class TemporaryFolderTests
{
    private static readonly int[] s_full = OperatingSystem.IsWindows()
        ? [unchecked((int)0x80070070), unchecked((int)0x80070027), unchecked((int)0x8007050F)]
        : [28, OperatingSystem.IsMacOS() ? 69 : 122];

    public static IEnumerable<(Exception, ErrorCode, string)> Causes =>
    [
        .. s_full.Select(code => ((Exception)new IOException("of the system", code), ErrorCode.DiskFull, "no space is left")),
        (new AirgapException(ErrorCode.DiskFull, "No space is left for 'x'.", "Free some."), ErrorCode.DiskFull, "no space is left"),
        (new DirectoryNotFoundException("of the system"), ErrorCode.FileNotFound, "there is no such folder"),
        (new UnauthorizedAccessException("of the system"), ErrorCode.AccessDenied, "access was refused"),
        (new IOException("The device failed."), ErrorCode.FileFailure, "The device failed"),
        (new UnsafeFileException("/tmp/x", "is a link"), ErrorCode.ForeignFile, "'/tmp/x' is a link"),
    ];

    [TestMethod]
    [DynamicData(nameof(Causes))]
    public void EachCause(Exception cause, ErrorCode code, string why)
    {
        AirgapException failure = TemporaryFolder.Failure(cause);
        Assert.AreEqual(code, failure.Code);
        Assert.AreEqual($"No temporary file can be written to the folder '{TemporaryFolder.Location}': {why}.", failure.Message);
        Assert.AreEqual("Free or create it, or name another folder in the variable TMPDIR (TMP on Windows).", failure.Advice);
        Assert.AreSame(cause, failure.InnerException);
    }

    [TestMethod]
    public void AnotherFailureIsNotChanged()
    {
        AirgapException other = new(ErrorCode.BlobUnknown, "The blob is missing.", "Send it.");
        Assert.AreSame(other, TemporaryFolder.Failure(other));
    }
}
