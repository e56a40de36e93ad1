using Airgap.TestKit;

namespace Airgap.Tool.Tests.EndToEnd;

/// <summary>
/// The tool on a disk that fails: a library, compiled here and loaded before all others, makes system calls fail with EIO.
/// </summary>
[TestClass]
[TestCategory(TestKinds.Slow)]
[OSCondition(OperatingSystems.Linux)]
public sealed class FailingDiskTests
{
    private const string Bundle = "registry.local:5055/user1/simple-app-bundle:v1.0.0";

    // Only files, only folders, or only reads of the archive, which is recognised by its length: no other file here is as long.
    private const string Library = """
        #define _GNU_SOURCE
        #include <dlfcn.h>
        #include <errno.h>
        #include <stdlib.h>
        #include <string.h>
        #include <sys/stat.h>
        #include <sys/syscall.h>
        #include <sys/types.h>
        #include <unistd.h>

        static int fails(int fd, const char *what)
        {
            const char *asked = getenv("FAILING_DISK");
            struct stat facts;
            if (!asked || strcmp(asked, what) || fstat(fd, &facts))
                return 0;
            return !strcmp(what, "folders") ? S_ISDIR(facts.st_mode) : S_ISREG(facts.st_mode);
        }

        int fsync(int fd)
        {
            if (fails(fd, "files") || fails(fd, "folders"))
            {
                errno = EIO;
                return -1;
            }
            return syscall(SYS_fsync, fd);
        }

        static void *real(const char *name)
        {
            static const char *versions[] = { "GLIBC_2.34", "GLIBC_2.17", "GLIBC_2.2.5" };
            static void *(*next)(void *, const char *);
            for (int i = 0; !next && i < 3; i++)
                next = dlvsym(RTLD_NEXT, "dlsym", versions[i]);
            return next(RTLD_NEXT, name);
        }

        /* The runtime looks its calls up itself, in the library that it names. */
        void *dlsym(void *handle, const char *name)
        {
            static void *(*next)(void *, const char *);
            if (!next)
                next = real("dlsym");
            return strcmp(name, "fsync") ? next(handle, name) : (void *)fsync;
        }

        static int is_read(int fd, off_t offset)
        {
            struct stat facts;
            const char *length = getenv("FAILING_LENGTH");
            return length && fails(fd, "reads") && offset > 16384 && !fstat(fd, &facts) && facts.st_size == atoll(length);
        }

        ssize_t pread(int fd, void *buffer, size_t count, off_t offset)
        {
            if (is_read(fd, offset))
            {
                errno = EIO;
                return -1;
            }
            return ((ssize_t (*)(int, void *, size_t, off_t))real("pread"))(fd, buffer, count, offset);
        }

        ssize_t pread64(int fd, void *buffer, size_t count, off_t offset)
        {
            return pread(fd, buffer, count, offset);
        }
        """;

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    [DataRow("files")]
    [DataRow("folders")]
    public async Task AnArchiveThatDoesNotReachTheDiskIsNoSuccess(string what)
    {
        await using Bench bench = await StartAsync();
        bench.Environment["FAILING_DISK"] = what;
        CliResult result = await bench.RunAsync("copy", "-b", Bundle, "--to-tar", "a.tar");
        result.AssertFailed("AIRGAP3004");
        // If the folder with the name is not flushed, a power failure may or may not lose the archive.
        Assert.AreEqual(what == "files", File.Exists(bench.Folder["a.tar.partial"]));

        bench.Environment["FAILING_DISK"] = null;
        (await bench.RunAsync("copy", "-b", Bundle, "--to-tar", "a.tar", "--resume")).EnsureSuccess();
        Assert.AreSequenceEqual(
            await File.ReadAllBytesAsync(Fixtures.Golden("simple-app-bundle.tar"), TestContext.CancellationToken),
            await File.ReadAllBytesAsync(bench.Folder["a.tar"], TestContext.CancellationToken));
    }

    [TestMethod]
    [DataRow("files")]
    [DataRow("folders")]
    public async Task NorIsALockFileOrAFolder(string what)
    {
        await using Bench bench = await StartAsync();
        bench.Environment["FAILING_DISK"] = what;
        foreach (string[] command in (string[][])
        [
            ["copy", "-b", Bundle, "--to-repo", "final.local:5055/out", "--lock-output", "lock.yml"],
            ["pull", "-b", Bundle, "-o", "out"],
        ])
        {
            CliResult result = await bench.RunAsync(command);
            result.AssertFailed("AIRGAP3004");
            if (what == "files")
                Assert.AreSequenceEqual(
                    ["home"], Directory.GetFileSystemEntries(bench.Folder.Path).Select(Path.GetFileName)
                    .Where(name => name != "failing.so" && name != "failing.c"));
        }
    }

    [TestMethod]
    public async Task AnArchiveThatCannotBeReadIsTheDisksFailure()
    {
        await using Bench bench = await StartAsync();
        string archive = Fixtures.Golden("simple-app-bundle.tar");
        File.Copy(archive, bench.Folder["a.tar"]);
        bench.Environment["FAILING_LENGTH"] = new FileInfo(archive).Length.ToString(System.Globalization.CultureInfo.InvariantCulture);
        bench.Environment["FAILING_DISK"] = "reads";
        CliResult result = await bench.RunAsync("copy", "--tar", "a.tar", "--to-repo", "final.local:5055/out");
        result.AssertFailed("AIRGAP3004", "a.tar");
    }

    private async Task<Bench> StartAsync()
    {
        Bench bench = await Bench.StartWithFixturesAsync();
        await File.WriteAllTextAsync(bench.Folder["failing.c"], Library, TestContext.CancellationToken);
        try
        {
            (await Cli.RunAsync("gcc", ["-shared", "-fPIC", "-o", bench.Folder["failing.so"], bench.Folder["failing.c"], "-ldl"]))
                .EnsureSuccess();
        }
        catch (System.ComponentModel.Win32Exception)
        {
            await bench.DisposeAsync();
            Assert.Inconclusive("There is no gcc here.");
        }

        bench.Environment["LD_PRELOAD"] = bench.Folder["failing.so"];
        return bench;
    }
}
