using System.Reflection;
using System.Runtime.Loader;
using Airgap.TestKit;
using Airgap.TestKit.Registries;

namespace Airgap.Tool.Tests.Running;

/// <summary>Rarely needed assemblies are loaded only by the commands that need them.</summary>
[TestClass]
[DoNotParallelize] // It writes to the process's own streams.
public sealed class LoadedLateTests
{
    private static readonly string s_trust = Path.Combine(Fixtures.Root, "trust");

    [TestMethod]
    public void AVersion_LoadsNothingThatJudgesOrSigns()
    {
        string[] late = ["Airgap.Trust", "Airgap.Publishing", "Airgap.Cluster", "BouncyCastle", "System.Security.Cryptography.Pkcs",
            "System.Security.Cryptography.Cose", "System.Formats.Cbor"];
        List<string> asked = Run("version");

        Assert.IsEmpty(asked.Where(name => late.Any(one => name.StartsWith(one, StringComparison.Ordinal))));
        Assert.Contains("Airgap.Oci", asked, "the recorder sees what is loaded");
    }

    /// <summary>.NET implements every other algorithm.</summary>
    [TestMethod]
    [DataRow("p256", "full.sigstore.json", false)]
    [DataRow("rsa3072", "rsa3072-sha256.sigstore.json", false)]
    [DataRow("ed25519", "ed25519-pure.sigstore.json", true)]
    public void BouncyCastle_IsLoadedForEd25519Alone(string key, string bundle, bool isLoaded)
    {
        List<string> asked = Run("verify", "--blob", Path.Combine(s_trust, "blob", "archive.tar"), "--signature",
            Path.Combine(s_trust, "blob", "made", bundle), "--verify-key", SignedStorage.Key(key));

        Assert.Contains("Airgap.Trust", asked);
        Assert.AreEqual(isLoaded, asked.Any(name => name.StartsWith("BouncyCastle", StringComparison.Ordinal)));
    }

    // Returns the names of the loaded assemblies.
    private static List<string> Run(params string[] args)
    {
        Recorder recorder = new();
        try
        {
            Assembly tool = recorder.LoadFromAssemblyPath(Path.Combine(AppContext.BaseDirectory, "dotnet-airgap.dll"));
            Task<int> exitCode = (Task<int>)tool.GetType("Airgap.Tool.Program", throwOnError: true)!
                .GetMethod("Main", BindingFlags.NonPublic | BindingFlags.Static)!.Invoke(null, [args])!;
            Assert.AreEqual(0, exitCode.GetAwaiter().GetResult());
            return recorder.Asked;
        }
        finally
        {
            recorder.Unload();
        }
    }

    /// <summary>Loads the tool and its libraries separately from those of the test, and records each.</summary>
    private sealed class Recorder() : AssemblyLoadContext(isCollectible: true)
    {
        public List<string> Asked { get; } = [];

        protected override Assembly? Load(AssemblyName assemblyName)
        {
            Asked.Add(assemblyName.Name!);
            string path = Path.Combine(AppContext.BaseDirectory, assemblyName.Name + ".dll");
            return assemblyName.Name!.StartsWith("Airgap.", StringComparison.Ordinal) && File.Exists(path)
                ? LoadFromAssemblyPath(path) : null;
        }
    }
}
