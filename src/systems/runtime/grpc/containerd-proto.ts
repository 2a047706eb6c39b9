/**
 * The part of containerd's own services that is used here. They lie in a package each, so each has a text of its own; all want the
 * metadata `containerd-namespace`. Fields that are not named are skipped by the decoder.
 *
 * @see https://github.com/containerd/containerd/tree/v1.6.20/api/services
 */
const times = `
message Timestamp { int64 seconds = 1; int32 nanos = 2; }
message FieldMask { repeated string paths = 1; }
message Nothing {}
`;

export const containerdProtos = {
  content: `
syntax = "proto3";
package containerd.services.content.v1;
service Content {
  rpc List(ListContentRequest) returns (stream ListContentResponse);
  rpc Read(ReadContentRequest) returns (stream ReadContentResponse);
  rpc Update(UpdateRequest) returns (UpdateResponse);
  rpc ListStatuses(ListStatusesRequest) returns (ListStatusesResponse);
}
message Info { string digest = 1; int64 size = 2; Timestamp created_at = 3; Timestamp updated_at = 4; map<string, string> labels = 5; }
message ListContentRequest { repeated string filters = 1; }
message ListContentResponse { repeated Info info = 1; }
message ReadContentRequest { string digest = 1; int64 offset = 2; int64 size = 3; }
message ReadContentResponse { int64 offset = 1; bytes data = 2; }
message UpdateRequest { Info info = 1; FieldMask update_mask = 2; }
message UpdateResponse { Info info = 1; }
message ListStatusesRequest { repeated string filters = 1; }
message ListStatusesResponse { repeated Status statuses = 1; }
message Status { Timestamp started_at = 1; Timestamp updated_at = 2; string ref = 3; int64 offset = 4; int64 total = 5; string expected = 6; }
${times}`,

  images: `
syntax = "proto3";
package containerd.services.images.v1;
service Images {
  rpc List(ListImagesRequest) returns (ListImagesResponse);
  rpc Create(CreateImageRequest) returns (CreateImageResponse);
  rpc Update(UpdateImageRequest) returns (UpdateImageResponse);
  rpc Delete(DeleteImageRequest) returns (Nothing);
}
message Descriptor { string media_type = 1; string digest = 2; int64 size = 3; map<string, string> annotations = 5; }
message Image { string name = 1; map<string, string> labels = 2; Descriptor target = 3; Timestamp created_at = 7; Timestamp updated_at = 8; }
message ListImagesRequest { repeated string filters = 1; }
message ListImagesResponse { repeated Image images = 1; }
message CreateImageRequest { Image image = 1; }
message CreateImageResponse { Image image = 1; }
message UpdateImageRequest { Image image = 1; FieldMask update_mask = 2; }
message UpdateImageResponse { Image image = 1; }
message DeleteImageRequest { string name = 1; bool sync = 2; }
${times}`,

  leases: `
syntax = "proto3";
package containerd.services.leases.v1;
service Leases {
  rpc Create(CreateRequest) returns (CreateResponse);
  rpc Delete(DeleteRequest) returns (Nothing);
  rpc List(ListRequest) returns (ListResponse);
  rpc AddResource(AddResourceRequest) returns (Nothing);
  rpc ListResources(ListResourcesRequest) returns (ListResourcesResponse);
}
message Lease { string id = 1; Timestamp created_at = 2; map<string, string> labels = 3; }
message CreateRequest { string id = 1; map<string, string> labels = 3; }
message CreateResponse { Lease lease = 1; }
message DeleteRequest { string id = 1; bool sync = 2; }
message ListRequest { repeated string filters = 1; }
message ListResponse { repeated Lease leases = 1; }
message Resource { string id = 1; string type = 2; }
message AddResourceRequest { string id = 1; Resource resource = 2; }
message ListResourcesRequest { string id = 1; }
message ListResourcesResponse { repeated Resource resources = 1; }
${times}`,

  snapshots: `
syntax = "proto3";
package containerd.services.snapshots.v1;
service Snapshots {
  rpc List(ListSnapshotsRequest) returns (stream ListSnapshotsResponse);
  rpc Usage(UsageRequest) returns (UsageResponse);
}
message Info { string name = 1; string parent = 2; int32 kind = 3; Timestamp created_at = 4; Timestamp updated_at = 5; map<string, string> labels = 6; }
message ListSnapshotsRequest { string snapshotter = 1; repeated string filters = 2; }
message ListSnapshotsResponse { repeated Info info = 1; }
message UsageRequest { string snapshotter = 1; string key = 2; }
message UsageResponse { int64 size = 1; int64 inodes = 2; }
${times}`,

  containers: `
syntax = "proto3";
package containerd.services.containers.v1;
service Containers { rpc List(ListContainersRequest) returns (ListContainersResponse); }
message Container {
  string id = 1; map<string, string> labels = 2; string image = 3; string snapshotter = 6; string snapshot_key = 7; Timestamp created_at = 8;
}
message ListContainersRequest { repeated string filters = 1; }
message ListContainersResponse { repeated Container containers = 1; }
${times}`,

  namespaces: `
syntax = "proto3";
package containerd.services.namespaces.v1;
service Namespaces { rpc List(ListNamespacesRequest) returns (ListNamespacesResponse); }
message Namespace { string name = 1; map<string, string> labels = 2; }
message ListNamespacesRequest { string filter = 1; }
message ListNamespacesResponse { repeated Namespace namespaces = 1; }
${times}`,

  introspection: `
syntax = "proto3";
package containerd.services.introspection.v1;
service Introspection { rpc Plugins(PluginsRequest) returns (PluginsResponse); }
message Plugin { string type = 1; string id = 2; map<string, string> exports = 5; InitError init_err = 7; }
message InitError { int32 code = 1; string message = 2; }
message PluginsRequest { repeated string filters = 1; }
message PluginsResponse { repeated Plugin plugins = 1; }
${times}`,

  // Since 1.7. What stands in an `Any` is in `containerd-pull.ts`.
  transfer: `
syntax = "proto3";
package containerd.services.transfer.v1;
service Transfer { rpc Transfer(TransferRequest) returns (Nothing); }
message Any { string type_url = 1; bytes value = 2; }
message TransferRequest { Any source = 1; Any destination = 2; }
${times}`,

  version: `
syntax = "proto3";
package containerd.services.version.v1;
service Version { rpc Version(Nothing) returns (VersionResponse); }
message VersionResponse { string version = 1; string revision = 2; }
${times}`,
} as const;

export type ContainerdService = keyof typeof containerdProtos;
