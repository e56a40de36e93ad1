using Airgap.Publishing.Declarations;
using Airgap.TestKit;
using Airgap.TestKit.Registries;

namespace Airgap.Publishing.Tests.Sharding;

/// <summary>A source with the fixtures, an empty destination, and a project with one bundle that is published in stages.</summary>
internal sealed class StageBench : IAsyncDisposable
{
    private readonly RegistryFixture _source;
    private readonly RegistryFixture _far;
    private readonly TempFolder _folder = new();
    private readonly Stages _stages;

    private StageBench(RegistryFixture source, RegistryFixture far, Func<PublishSettings, PublishSettings>? change)
    {
        (_source, _far) = (source, far);
        PublishSettings settings = PublishItems.To($"{far.Host}/apps", _folder.Path);
        _stages = new Stages(change?.Invoke(settings) ?? settings, PublishItems.Bundle($"{source.Host}/mirror/simple-app-bundle:v1.0.0"));
    }

    public static async Task<StageBench> StartAsync(Func<PublishSettings, PublishSettings>? change = null) =>
        new(await RegistryFixture.StartWithFixturesAsync(), await RegistryFixture.StartEmptyAsync(), change);

    public void Deconstruct(out RegistryFixture source, out RegistryFixture far, out TempFolder folder, out Stages stages) =>
        (source, far, folder, stages) = (_source, _far, _folder, _stages);

    public async ValueTask DisposeAsync()
    {
        await _source.DisposeAsync();
        await _far.DisposeAsync();
        _folder.Dispose();
    }
}
