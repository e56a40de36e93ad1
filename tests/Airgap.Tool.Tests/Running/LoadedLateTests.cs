using System.Reflection;
using System.Runtime.Loader;

namespace Airgap.Tool.Tests.Running;

/// <summary>What few commands need is loaded by them alone: the start of the tool does not pay for it.</summary>
[TestClass]
[DoNotParallelize] // It writes to the process's own streams.
public sealed class LoadedLateTests
{
    [TestMethod]
    public void AVersion_LoadsNothingThatJudgesOrSigns()
    {
        Recorder recorder = new();
        try
        {
            Assembly tool = recorder.LoadFromAssemblyPath(Path.Combine(AppContext.BaseDirectory, "dotnet-airgap.dll"));
            Task<int> exitCode = (Task<int>)tool.GetType("Airgap.Tool.Program", throwOnError: true)!
                .GetMethod("Main", BindingFlags.NonPublic | BindingFlags.Static)!.Invoke(null, [new[] { "version" }])!;

            Assert.AreEqual(0, exitCode.GetAwaiter().GetResult());
            string[] late = ["Airgap.Trust", "Airgap.Publishing", "Airgap.Cluster", "BouncyCastle", "System.Security.Cryptography.Pkcs",
                "System.Security.Cryptography.Cose", "System.Formats.Cbor"];
            Assert.IsEmpty(recorder.Asked.Where(name => late.Any(one => name.StartsWith(one, StringComparison.Ordinal))));
            Assert.Contains("Airgap.Oci", recorder.Asked, "the recorder sees what is loaded");
        }
        finally
        {
            recorder.Unload();
        }
    }

    /// <summary>Loads the tool and its libraries apart from the test's own, and notes each.</summary>
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
