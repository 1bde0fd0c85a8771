using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Running;

internal static class Instances
{
    public static int Of(IResource resource) => resource.Annotations.OfType<ReplicaAnnotation>().LastOrDefault()?.Replicas ?? 1;

    /// <summary>The first keeps the resource's name: <c>prescriptions</c>, <c>prescriptions-2</c>, …</summary>
    public static string Name(IResource resource, int instance) => instance == 0 ? resource.Name : $"{resource.Name}-{instance + 1}";
}
